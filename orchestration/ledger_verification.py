"""Whether the ledger holds: every line, every list, and what the warehouse was told of them.

Belongs here: recomputing, and naming the first thing that does not hold. Nothing is changed. Not here: what a
line says (`ledger.py`), whether another act is allowed (`publication.py`). That acts at the end were taken
away is seen by what was delivered of them: landing folder and warehouse must know nothing that the ledger
does not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.ledger import (
    ACTS_FEED,
    FIRST_HASH,
    HEAD_COLUMNS,
    KEPT,
    LEDGER_NAME,
    LISTS_FEED,
    LISTS_NAME,
    PUBLISHED,
    RESTATED,
    ROW_COLUMNS,
    Act,
    content_hash,
    feed_row,
    ledger_folder,
    read_line,
    read_list_content,
    read_moment,
    split_lines,
)
from orchestration.ledger_delivery import unlanded

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings
    from orchestration.texts import Texts

_ACT_FILE = re.compile(rf"(?:{ACTS_FEED}|{LISTS_FEED})__(\d{{4,}})\.parquet")


@dataclass(frozen=True)
class Finding:
    """Something that does not hold: key of its text in section `verify`, and what fills it."""

    key: str
    params: tuple[tuple[str, object], ...] = ()

    def text(self, texts: Texts) -> str:
        """The finding in words."""
        return texts(f"verify.{self.key}", **dict(self.params))


class _DoesNotHoldError(Exception):
    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.finding = Finding(key, tuple(params.items()))


@dataclass(frozen=True)
class Verification:
    """The acts up to the first finding; finding: None if everything holds. waiting: acts not yet landed."""

    acts: tuple[Act, ...]
    finding: Finding | None
    count_waiting: int = 0

    @property
    def last_hash(self) -> str:
        """Hash of the last act."""
        return self.acts[-1].act_hash if self.acts else FIRST_HASH


def verify(settings: Settings, *, lets_leftovers: bool = False) -> Verification:
    """Recompute the ledger, and ask landing folder and warehouse whether they say the same.

    lets_leftovers: what a killed act left (an unfinished line, a list of the next number) is no finding.
    """
    stages = season_stages()
    acts: list[Act] = []
    waiting = 0
    try:
        for act in _walk(ledger_folder(settings), stages, lets_leftovers):
            acts.append(act)
        _check_landing(settings.landing_dir, acts)
        waiting = _check_warehouse(settings.warehouse, acts)
    except _DoesNotHoldError as error:
        return Verification(tuple(acts), error.finding)
    return Verification(tuple(acts), None, waiting)


def season_stages() -> dict[str, list[str]]:
    """Stages of each season in their order, from the seed."""
    import csv

    from ingestion.contracts.odcs import SEEDS_DIR

    with (SEEDS_DIR / "stages.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["season_code"], int(row["stage_order"])))
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["season_code"], []).append(row["stage_code"])
    return found


def _walk(folder: Path, stages: dict[str, list[str]], lets_leftovers: bool) -> Iterator[Act]:
    """The acts one by one, each after it was found to hold; then the folder of lists as a whole."""
    file = folder / LEDGER_NAME
    lines, rest = split_lines(file.read_bytes() if file.is_file() else b"")
    acts: list[Act] = []
    for number, line in enumerate(lines, start=1):
        act = _check_line(number, line, acts[-1] if acts else None)
        _check_sequence(act, acts, stages)
        _check_list(folder, act)
        acts.append(act)
        yield act
    if rest and not lets_leftovers:
        raise _DoesNotHoldError("unfinished_line", line=len(lines) + 1)
    _check_strangers(folder / LISTS_NAME, acts, lets_leftovers)


def _check_line(number: int, line: bytes, previous: Act | None) -> Act:
    """A line by itself, and its place in the chain."""
    try:
        act = read_line(line)
        for moment in (act.acted_at, act.as_of):
            read_moment(moment)
    except ValueError:
        raise _DoesNotHoldError("not_canonical", line=number) from None
    if act.kind not in (PUBLISHED, RESTATED, KEPT):
        raise _DoesNotHoldError("not_canonical", line=number)
    if act.computed_hash() != act.act_hash:
        raise _DoesNotHoldError("wrong_hash", line=number)
    if act.previous_hash != (previous.act_hash if previous else FIRST_HASH):
        raise _DoesNotHoldError("broken_chain", line=number)
    if act.act_no != number:
        raise _DoesNotHoldError("wrong_number", line=number, act=act.act_no)
    if previous is not None and act.moment < previous.moment:
        raise _DoesNotHoldError("backwards", act=act.act_no)
    return act


def _check_sequence(act: Act, before: Sequence[Act], stages: dict[str, list[str]]) -> None:
    """Versions count from 1 without gaps, and no stage comes before the one before it."""
    order = stages.get(act.season, [])
    if act.stage not in order:
        raise _DoesNotHoldError("unknown_stage", act=act.act_no, stage=act.stage)
    of_season = [one for one in before if one.season == act.season and one.kind != KEPT]
    newest = max((one.version for one in of_season if one.stage == act.stage), default=0)
    expected = newest if act.kind == KEPT else newest + 1
    restates = newest if act.kind == RESTATED else None
    is_first = act.kind == PUBLISHED
    if act.version != expected or expected < 1 or is_first != (act.version == 1 and act.kind != KEPT):
        raise _DoesNotHoldError("wrong_version", act=act.act_no, stage=act.stage, version=act.version)
    if act.restates != restates:
        raise _DoesNotHoldError("wrong_version", act=act.act_no, stage=act.stage, version=act.version)
    missing = set(order[: order.index(act.stage)]) - {one.stage for one in of_season}
    if missing:
        first = next(stage for stage in order if stage in missing)
        raise _DoesNotHoldError("too_early", act=act.act_no, stage=act.stage, missing=first)


def _check_list(folder: Path, act: Act) -> None:
    """The file of a list is the act's, byte for byte, and says what the act says of it."""
    if act.list_name is None:
        if act.list_hash is not None or act.content_hash is not None or act.count_rows:
            raise _DoesNotHoldError("list_of_kept", act=act.act_no)
        return
    name, file = act.list_name, folder / LISTS_NAME / act.list_name
    if not file.is_file() or file.is_symlink():
        raise _DoesNotHoldError("list_missing", act=act.act_no, file=name)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != act.list_hash:
        raise _DoesNotHoldError("list_changed", act=act.act_no, file=name)
    try:
        rows = read_list_content(content)
    except ValueError:
        raise _DoesNotHoldError("list_unreadable", act=act.act_no, file=name) from None
    heads = {row[: len(HEAD_COLUMNS)] for row in rows}
    numbers = [row[len(HEAD_COLUMNS)] for row in rows]
    if heads - {(act.act_no, act.season, act.stage, act.version)} or numbers != sorted(set(numbers)):
        raise _DoesNotHoldError("list_of_another", act=act.act_no, file=name)
    if len(rows) != act.count_rows:
        raise _DoesNotHoldError(
            "list_count", act=act.act_no, file=name, count=len(rows), expected=act.count_rows
        )
    if content_hash(row[len(HEAD_COLUMNS) :] for row in rows) != act.content_hash:
        raise _DoesNotHoldError("list_content", act=act.act_no, file=name)


def _check_strangers(lists: Path, acts: Sequence[Act], lets_leftovers: bool) -> None:
    named = {act.list_name for act in acts}
    leftover = f"{len(acts) + 1:04d}-"
    for file in sorted(lists.iterdir()) if lists.is_dir() else ():
        if file.name in named or (lets_leftovers and file.name.startswith(leftover)):
            continue
        raise _DoesNotHoldError("unknown_file", file=file.name)


def _check_landing(landing_dir: Path, acts: Sequence[Act]) -> None:
    """Nothing was delivered of an act that the ledger does not have."""
    for path in sorted(landing_dir.glob(f"*/{ACTS_FEED.split('__')[0]}__*.parquet")):
        match = _ACT_FILE.fullmatch(path.name)
        if match and int(match[1]) > len(acts):
            raise _DoesNotHoldError("delivered_unknown", act=int(match[1]), file=path.name)


def _check_warehouse(warehouse: Path, acts: Sequence[Act]) -> int:
    """The raw rows say what the ledger says; returns how many acts have not landed yet."""
    if not warehouse.is_file():
        return len(acts)
    from ingestion.raw_store import open_warehouse
    from orchestration.builds import has_table

    with open_warehouse(warehouse, read_only=True) as connection:
        if not has_table(connection, "raw", ACTS_FEED) or not has_table(connection, "raw", LISTS_FEED):
            return len(acts)
        by_no = {act.act_no: act for act in acts}
        _check_raw_acts(connection, by_no)
        _check_raw_lists(connection, by_no)
        rows = connection.execute(
            "select source_file from raw._batches where feed in (?, ?) and state = 'landed'",
            [ACTS_FEED, LISTS_FEED],
        ).fetchall()
    return len(unlanded(acts, {name for (name,) in rows}))


def _check_raw_acts(connection: duckdb.DuckDBPyConnection, acts: dict[int, Act]) -> None:
    """Every version of every row: a row that takes the place of an act is seen too."""
    from ingestion.contracts import load_contract

    names = ", ".join(load_contract(ACTS_FEED).column_names)
    for row in connection.execute(f"select {names} from raw.{ACTS_FEED} order by act_no").fetchall():
        act = acts.get(row[0])
        if act is None:
            raise _DoesNotHoldError("raw_act_unknown", act=row[0])
        if row != feed_row(act):
            raise _DoesNotHoldError("raw_act_differs", act=row[0])


def _check_raw_lists(connection: duckdb.DuckDBPyConnection, acts: dict[int, Act]) -> None:
    heads = connection.execute(
        f"select distinct {', '.join(HEAD_COLUMNS)} from raw.{LISTS_FEED} order by all"
    ).fetchall()
    for head in heads:
        act = acts.get(head[0])
        if act is None or act.list_name is None:
            raise _DoesNotHoldError("raw_list_unknown", act=head[0])
        if head != (act.act_no, act.season, act.stage, act.version):
            raise _DoesNotHoldError("raw_list_differs", act=head[0])
        rows: list[tuple[Any, ...]] = connection.execute(
            f"select distinct {', '.join(ROW_COLUMNS)} from raw.{LISTS_FEED} where act_no = ?", [act.act_no]
        ).fetchall()
        if len(rows) != act.count_rows or content_hash(rows) != act.content_hash:
            raise _DoesNotHoldError("raw_list_differs", act=head[0])
