"""The act of publishing a stage's list: when it is refused, what it publishes, and making it.

Belongs here: the conditions of an act and the order of its steps. Not here: who is on the list (the
warehouse, through `publication_lists.py`), the ledger (`ledger.py`), landing and building afterwards (the
command). Everything up to the ledger's line happens under the locks of warehouse and ledger.
"""

from __future__ import annotations

import difflib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.builds import BuildRecord, latest_build, newest_landed_seq
from orchestration.delivery import landed_files
from orchestration.errors import OrchestrationError, ReleaseRefusedError, UserError
from orchestration.ledger import (
    KEPT,
    LISTS_FEED,
    PUBLISHED,
    RESTATED,
    ROW_COLUMNS,
    Act,
    ListRow,
    Proposal,
    Recovered,
    append,
    content_hash,
    in_force,
    ledger_folder,
    ledger_lock,
    list_content,
    recover,
    seeds_hash,
)
from orchestration.ledger_delivery import FEEDS, deliver_acts, unlanded
from orchestration.ledger_verification import Verification, verify
from orchestration.publication_lists import (
    ONLY_LATE,
    WHOLE,
    StagePublication,
    read_decision_numbers,
    read_next_list,
    read_publications,
)
from orchestration.texts import texts_of

if TYPE_CHECKING:
    from orchestration.settings import Settings

_TRACK, _IS_ADMITTED = ROW_COLUMNS.index("track_code"), ROW_COLUMNS.index("is_admitted")


@dataclass(frozen=True)
class Request:
    """What a person asks for. restates: the version to be replaced; keeps: only record that it stands.

    is_on_paper: the decision is in no feed; the reason says where it is kept.
    """

    stage: str
    approved_by: str
    decision_no: str = ""
    reason: str = ""
    restates: int | None = None
    is_only_late: bool = False
    keeps: bool = False
    is_on_paper: bool = False

    @property
    def kind(self) -> str:
        """Kind of the act that is asked for."""
        return KEPT if self.keeps else PUBLISHED if self.restates is None else RESTATED


@dataclass(frozen=True)
class Made:
    """An act that counts. going_on: people by track. files: what was delivered to the landing folder.

    recovered: what a killed act before it had left.
    """

    act: Act
    going_on: dict[str, int]
    files: tuple[Path, ...]
    recovered: Recovered


@dataclass(frozen=True)
class _Standing:
    """What the built warehouse and the ledger say before the act."""

    build: BuildRecord
    stages: list[StagePublication]
    acts: tuple[Act, ...]
    decisions: frozenset[str] = frozenset()

    def force(self, season: str) -> dict[str, Act]:
        return in_force(self.acts, season)


def publish(settings: Settings, request: Request) -> Made:
    """Make the act: refused with a reason, or in the ledger and delivered to the landing folder.

    Raises `UserError` for what was asked wrongly, `OrchestrationError` where the act is not allowed,
    `ReleaseRefusedError` where the build may not be published. Whatever fails after the ledger's line leaves
    an act that counts: `deliver_acts` brings it on.
    """
    from ingestion.locking import warehouse_lock

    _check_words(request)
    settings.ingestion_config()
    at = act_moment(settings)
    folder = ledger_folder(settings)
    with warehouse_lock(settings.warehouse), ledger_lock(folder):
        verified = _require_sound(settings)
        recovered = recover(folder)
        deliver_acts(settings)  # what a killed act left undone; it has to land before the next one
        standing = _read_standing(settings, verified)
        stage = find_stage(standing.stages, request.stage)
        _refuse(settings, request, stage, standing, at)
        proposal = _proposal(settings, request, stage, standing, at)
        rows = [] if request.keeps else _next_rows(settings, request, at)
        if not request.keeps:
            _refuse_rows(settings, proposal, rows, standing)
        act = append(folder, proposal, rows, after=verified.last_hash)
        files = deliver_acts(settings)
    return Made(act, count_going_on(rows), tuple(files), recovered)


def act_moment(settings: Settings) -> datetime:
    """The season clock to the second; `OrchestrationError('error.publish_future')` if it has not come."""
    now = utc_now()
    if settings.as_of is not None and settings.as_of > now:
        raise OrchestrationError("error.publish_future", at=_shown(settings.as_of))
    return (settings.as_of or now).replace(microsecond=0)


def count_going_on(rows: Sequence[ListRow]) -> dict[str, int]:
    """How many of a list go on, by track."""
    return dict(sorted(Counter(row[_TRACK] for row in rows if row[_IS_ADMITTED]).items()))


def find_stage(stages: Sequence[StagePublication], named: str) -> StagePublication:
    """The stage of that code; `UserError('error.publish_stage')` names the nearest one."""
    codes = [stage.stage_code for stage in stages]
    if named in codes:
        return stages[codes.index(named)]
    close = difflib.get_close_matches(named, codes, n=1, cutoff=0.3)
    raise UserError("error.publish_stage", stage=named, nearest=close[0] if close else ", ".join(codes))


# -- what was asked


def _check_words(request: Request) -> None:
    """What can be told without looking: options that do not go together, words that could not land."""
    from ingestion.iin import holds_iin
    from ingestion.limits import MAX_TEXT_CHARACTERS

    if not request.approved_by.strip():
        raise UserError("error.publish_by_missing")
    if request.keeps and request.restates is not None:
        raise UserError("error.publish_choose")
    if request.is_only_late and request.restates is None:
        raise UserError("error.publish_only_late")
    if request.keeps and not request.reason.strip():
        raise UserError("error.publish_reason_missing")
    if request.is_on_paper and not (request.decision_no.strip() and request.reason.strip()):
        raise UserError("error.publish_on_paper")
    for option, text in (
        ("--approved-by", request.approved_by),
        ("--decision", request.decision_no),
        ("--reason", request.reason),
    ):
        is_plain = text.isprintable() and "\ufffd" not in text and len(text) <= MAX_TEXT_CHARACTERS
        if not is_plain or holds_iin(text):
            raise UserError("error.publish_text", option=option)


# -- what is there


def _require_sound(settings: Settings) -> Verification:
    """No act is added to a ledger that does not hold, or that knows less than was delivered."""
    verified = verify(settings, lets_leftovers=True)
    if verified.finding is not None:
        finding = verified.finding.text(texts_of(settings.language))
        raise OrchestrationError("error.publish_ledger", finding=finding)
    return verified


def _read_standing(settings: Settings, verified: Verification) -> _Standing:
    """The latest build, if it may be published and knows every act."""
    from ingestion.raw_store import open_warehouse

    if not settings.warehouse.is_file():
        raise ReleaseRefusedError("error.release_no_build")
    waiting = unlanded(verified.acts, landed_files(settings.warehouse, FEEDS))
    if waiting:
        raise OrchestrationError("error.publish_unlanded", act=waiting[0].act_no)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        build = latest_build(connection)
        if build is None:
            raise ReleaseRefusedError("error.release_no_build")
        _refuse_build(build, newest_landed_seq(connection))
        stages = read_publications(connection, settings.season)
        decisions = read_decision_numbers(connection, settings.season)
    return _Standing(build, stages, verified.acts, decisions)


def _refuse_build(build: BuildRecord, newest_seq: int) -> None:
    from orchestration.releases import refuse_unpublishable

    refuse_unpublishable(build, newest_seq)


# -- whether it is allowed


def _refuse(
    settings: Settings, request: Request, stage: StagePublication, standing: _Standing, at: datetime
) -> None:
    force = standing.force(settings.season)
    for one in standing.stages:
        version = force[one.stage_code].version if one.stage_code in force else None
        if version != (one.version if one.is_published_by_act else None):
            raise OrchestrationError("error.publish_build_behind", stage=one.stage_code)
    if standing.acts and at < standing.acts[-1].moment:
        raise OrchestrationError(
            "error.publish_backwards", at=_shown(at), last=_shown(standing.acts[-1].moment)
        )
    _refuse_decision(request, standing.decisions)
    published = force.get(stage.stage_code)
    if request.kind == PUBLISHED:
        _refuse_first(stage, standing, force, at)
    elif published is None:
        raise OrchestrationError("error.publish_not_published", stage=stage.stage_code)
    elif request.keeps:
        _refuse_keeping(stage)
    else:
        _refuse_restating(request, stage, published, at)


def _refuse_decision(request: Request, known: frozenset[str]) -> None:
    """A decision that is named is one that landed, unless it is said to be on paper only (A11)."""
    number = request.decision_no.strip()
    if not number or request.is_on_paper or number in known:
        return
    close = difflib.get_close_matches(number, sorted(known), n=1, cutoff=0.6)
    if close:
        raise OrchestrationError("error.publish_decision_nearest", decision=number, nearest=close[0])
    raise OrchestrationError("error.publish_decision_unknown", decision=number)


def _refuse_first(stage: StagePublication, standing: _Standing, force: dict[str, Act], at: datetime) -> None:
    code = stage.stage_code
    if code in force:
        raise OrchestrationError("error.publish_already", stage=code, version=force[code].version)
    earlier = [one for one in standing.stages if one.stage_order < stage.stage_order]
    missing = [one.stage_code for one in earlier if one.stage_code not in force]
    if missing:
        raise OrchestrationError("error.publish_earlier_stage", stage=code, missing=missing[0])
    if stage.planned_at is None:
        raise OrchestrationError("error.publish_unplanned", stage=code)
    if at < stage.planned_at:
        raise OrchestrationError(
            "error.publish_too_early", stage=code, planned=_shown(stage.planned_at), at=_shown(at)
        )


def _refuse_restating(request: Request, stage: StagePublication, published: Act, at: datetime) -> None:
    code = stage.stage_code
    if request.restates != published.version:
        raise OrchestrationError(
            "error.publish_not_in_force", stage=code, version=published.version, asked=request.restates
        )
    if request.is_only_late:
        return
    if not request.decision_no.strip():
        raise OrchestrationError("error.publish_decision_missing", stage=code)
    if stage.restatable_until is not None and at >= stage.restatable_until:
        raise OrchestrationError(
            "error.publish_too_late", stage=code, until=_shown(stage.restatable_until), at=_shown(at)
        )


def _refuse_keeping(stage: StagePublication) -> None:
    if not stage.count_drift or stage.drift_hash is None:
        raise OrchestrationError("error.publish_no_drift", stage=stage.stage_code)
    if stage.is_drift_kept:
        raise OrchestrationError("error.publish_kept_already", stage=stage.stage_code)


def _refuse_rows(
    settings: Settings, proposal: Proposal, rows: Sequence[ListRow], standing: _Standing
) -> None:
    """A list has people on it, says something new, and passes the door: after the commit it has to land."""
    if not rows:
        raise OrchestrationError("error.publish_empty", stage=proposal.stage)
    before = standing.force(settings.season).get(proposal.stage)
    if before is not None and before.content_hash == content_hash(rows):
        raise OrchestrationError("error.publish_no_change", stage=proposal.stage, version=before.version)
    outside = _failing_checks(settings, list_content(proposal, len(standing.acts) + 1, rows))
    if outside:
        raise OrchestrationError("error.publish_unlandable", stage=proposal.stage, checks=", ".join(outside))


@dataclass(frozen=True)
class _File:
    """A file for the door that stands on no disk."""

    name: str
    content: bytes

    def stream(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def _failing_checks(settings: Settings, content: bytes) -> list[str]:
    """Checks of the door that a list would fail: (check, column)."""
    from ingestion.contracts import load_contract
    from ingestion.door import inspect
    from ingestion.vault import PersonKeys
    from ingestion.workbench import open_memory

    keys = PersonKeys(settings.ingestion_config().person_secret)
    file = _File(f"{LISTS_FEED}.parquet", content)
    with open_memory() as connection:
        found = inspect(connection, file, load_contract(LISTS_FEED), keys, "duckdb")
    return [f"{one.check_name} ({one.column_name or '–'})" for one in found.checks if not one.is_passed]


# -- what it publishes


def _proposal(
    settings: Settings, request: Request, stage: StagePublication, standing: _Standing, at: datetime
) -> Proposal:
    from ingestion.contracts.odcs import SEEDS_DIR
    from orchestration.code_version import code_version

    before = standing.force(settings.season).get(stage.stage_code)
    version = 1 if before is None else before.version if request.keeps else before.version + 1
    as_of = (standing.build.as_of or at).replace(microsecond=0) if request.keeps else at
    return Proposal(
        season=settings.season,
        stage=stage.stage_code,
        version=version,
        kind=request.kind,
        acted_at=at,
        as_of=as_of,
        code_version=code_version(),
        seeds_hash=seeds_hash(SEEDS_DIR),
        approved_by=request.approved_by.strip(),
        decision_no=request.decision_no.strip() or None,
        reason=request.reason.strip() or None,
        restates=request.restates,
        is_only_late=request.is_only_late,
        drift_hash=stage.drift_hash if request.keeps else None,
    )


def _next_rows(settings: Settings, request: Request, at: datetime) -> list[ListRow]:
    """The list as computed at the act's moment, in a scratch copy of the warehouse.

    For version 1 with the stage as the one that is being published: until then everything known counts.
    """
    from importlib import import_module

    scratch: Any = import_module("orchestration.scratch")
    publishing = request.stage if request.kind == PUBLISHED else ""
    with scratch.computed_copy(settings, as_of=at, publishing=publishing) as file:
        failed = scratch.failed_claims(settings, file, as_of=at, publishing=publishing)
        if failed:
            named = "; ".join(f"{claim.name} ({claim.count_rows})" for claim in failed)
            raise OrchestrationError("error.publish_claims", stage=request.stage, claims=named)
        return _read_rows(file, settings.season, request)


def _read_rows(file: Path, season: str, request: Request) -> list[ListRow]:
    import duckdb

    kind = ONLY_LATE if request.is_only_late else WHOLE
    with duckdb.connect(str(file), read_only=True) as connection:
        return read_next_list(connection, season, request.stage, kind)


def _shown(moment: datetime) -> str:
    from orchestration.console_values import local

    return local(moment)
