"""Acts of publishing: what is refused and why, what is published, what a killed run leaves to the next."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from ingestion.loader import ensure_raw_tables, land_files, pending_files
from orchestration.builds import CheckOutcome, finish_build, start_build
from orchestration.errors import OrchestrationError
from orchestration.ledger import (
    KEPT,
    RESTATED,
    ROW_COLUMNS,
    Act,
    ListRow,
    content_hash,
    in_force,
    ledger_folder,
    read_acts,
    read_list,
)
from orchestration.ledger_delivery import deliver_acts
from orchestration.ledger_verification import verify
from orchestration.publication import Made, Request, publish
from orchestration.publication_lists import DECISIONS
from orchestration.scratch import FailedClaim
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES
from tests.support.ledgers import row, rows

STAGES = ("registration", "vetting", "text_test")
PLANNED = {"registration": datetime(2025, 7, 1, 4), "vetting": datetime(2025, 8, 1, 4), "text_test": None}
AT = datetime(2025, 7, 2, 5, 30, 15)
LATER = datetime(2025, 8, 2, 5)
DRIFT = "d" * 64
TYPES = {
    "is_admitted": "boolean", "is_in_pool": "boolean", "is_late": "boolean", "score_numerator": "bigint",
    "score_denominator": "bigint", "rank": "integer", "is_at_cutoff": "boolean", "count_pool": "integer",
    "limit_places": "integer", "cutoff_numerator": "bigint", "cutoff_denominator": "bigint",
    "is_shortfall": "boolean",
}  # fmt: skip


def write_next(file: Path, lists: dict[tuple[str, str], Sequence[ListRow]]) -> None:
    """`intermediate.int_lists__next` in a database of its own: rows by (stage, kind)."""
    file.unlink(missing_ok=True)
    columns = ", ".join(f"{name} {TYPES.get(name, 'varchar')}" for name in ROW_COLUMNS)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_lists__next (season_code integer, stage_code varchar,"
            f" kind_code varchar, {columns})"
        )
        for (stage, kind), found in lists.items():
            for one in found:
                marks = ", ".join("?" for _ in one)
                connection.execute(
                    f"insert into intermediate.int_lists__next values (2025, ?, ?, {marks})",
                    [stage, kind, *one],
                )


class Season:
    """A home whose warehouse and scratch copies say what a test wants."""

    def __init__(self, settings: Settings) -> None:
        self.settings = replace(settings, as_of=AT)
        self.lists: dict[tuple[str, str], Sequence[ListRow]] = {("registration", "whole"): rows(3)}
        self.standing: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[datetime, str]] = []
        self.failed_claims: list[FailedClaim] = []
        ensure_raw_tables(settings.ingestion_config())
        self.build()

    @property
    def folder(self) -> Path:
        return ledger_folder(self.settings)

    def at(self, moment: datetime) -> None:
        self.settings = replace(self.settings, as_of=moment)

    def build(self, *checks: CheckOutcome, **more: Any) -> None:
        """The record of a build, and reporting.rpt_publications of what has landed."""
        warehouse = self.settings.warehouse
        start_build(
            warehouse, "b", as_of=self.settings.as_of, is_full=more.get("is_full", True), code_version="t"
        )
        force = in_force(read_acts(self.folder), "2025")
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema if not exists reporting")
            connection.execute(
                "create or replace table reporting.rpt_publications (season_code integer,"
                " stage_code varchar, stage_order integer, planned_at timestamp,"
                " is_published_by_act boolean, version integer, act_no integer,"
                " first_published_at timestamp, published_at timestamp, count_drift bigint,"
                " drift_hash varchar, is_drift_kept boolean, restatable_until timestamp,"
                " is_provisional boolean, approved_by varchar, count_would_go_on integer,"
                " count_would_stay_out integer)"
            )
            for order, stage in enumerate(STAGES, start=1):
                act = force.get(stage)
                said = {"drift": 0, "hash": None, "kept": False, "until": None} | self.standing.get(stage, {})
                connection.execute(
                    "insert into reporting.rpt_publications"
                    " values (2025, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, null, null, null)",
                    [
                        stage, order, PLANNED[stage], act is not None, act and act.version,
                        act and act.act_no, act and act.moment, act and act.moment, said["drift"],
                        said["hash"], said["kept"], said["until"],
                    ],
                )  # fmt: skip
            connection.execute("create schema if not exists core")
            for table in DECISIONS:
                connection.execute(
                    f"create or replace table core.{table} (season_code integer, decision_no varchar)"
                )
            connection.executemany(
                "insert into core.fct_working_group_decisions values (2025, ?)",
                [[number] for number in ("WG-1", "WG-2", "WG-7")],
            )
            connection.execute("insert into core.fct_national_decisions values (2024, 'WG-OF-2024')")
            connection.execute("insert into core.fct_quota_revisions values (2025, 'NC-2025-Q1')")
        finish_build(warehouse, "b", is_successful=more.get("is_successful", True), checks=checks)

    def land(self) -> None:
        config = self.settings.ingestion_config()
        land_files(config, pending_files(config), datetime(2025, 12, 1), engine="duckdb")

    def publish(self, stage: str = "registration", **more: Any) -> Made:
        """Publish, land and build, as the command does."""
        made = publish(self.settings, request(stage, **more))
        self.land()
        self.build()
        return made

    def refusal(self, stage: str = "registration", **more: Any) -> str:
        """Key of the error; nothing may have happened."""
        before = sorted(self.settings.home.rglob("*"))
        with pytest.raises(OrchestrationError) as caught:
            publish(self.settings, request(stage, **more))
        left = {path for path in self.settings.home.rglob("*") if path.is_file()}
        assert {path.name for path in left - set(before)} <= {".lock", "warehouse.duckdb.lock"}
        for language in LANGUAGES:
            assert caught.value.message(language).strip()
        return caught.value.message_key


def request(stage: str, **more: Any) -> Request:
    return Request(**({"stage": stage, "approved_by": "Chair"} | more))


@pytest.fixture
def season(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Season:
    """An empty season; the scratch copy is the test's own file."""
    made = Season(settings)

    @contextmanager
    def computed_copy(settings: Settings, *, as_of: datetime, publishing: str) -> Iterator[Path]:
        made.asked.append((as_of, publishing))
        file = tmp_path / "scratch.duckdb"
        write_next(file, made.lists)
        yield file

    stub = ModuleType("orchestration.scratch")
    stub.computed_copy = computed_copy  # type: ignore[attr-defined]
    stub.failed_claims = lambda *_, **__: list(made.failed_claims)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "orchestration.scratch", stub)
    return made


def test_a_first_list_is_computed_at_its_moment_and_lands(season: Season) -> None:
    season.lists["registration", "whole"] = [
        *rows(3),
        row("R25-000009", is_admitted=False, track_code="social"),
    ]
    made = season.publish(decision_no=" WG-7 ", reason="first")
    assert season.asked == [(AT, "registration")]
    act = made.act
    assert (act.kind, act.version, act.acted_at, act.as_of) == (
        "published", 1, "2025-07-02T05:30:15Z", "2025-07-02T05:30:15Z"
    )  # fmt: skip
    assert (act.decision_no, act.reason, act.approved_by, act.count_rows) == ("WG-7", "first", "Chair", 4)
    assert made.going_on == {"agro": 3}
    assert [path.name for path in made.files] == [
        "publication__lists__0001.parquet", "publication__acts__0001.parquet"
    ]  # fmt: skip
    found = verify(season.settings)
    assert found.finding is None and found.count_waiting == 0


def published(season: Season) -> Act:
    return season.publish().act


def test_a_restatement_makes_the_next_version(season: Season) -> None:
    first = published(season)
    season.lists["registration", "whole"] = rows(2)
    second = season.publish(restates=1, decision_no="WG-1").act
    assert season.asked[-1] == (AT, "")
    assert (second.kind, second.version, second.restates, second.previous_hash) == (
        RESTATED, 2, 1, first.act_hash
    )  # fmt: skip
    assert read_list(season.folder, first) == sorted(rows(3))
    assert season.refusal(restates=1, decision_no="WG-2") == "error.publish_not_in_force"


def test_late_results_need_no_decision_and_have_no_last_moment(season: Season) -> None:
    published(season)
    season.standing["registration"] = {"until": datetime(2025, 7, 2)}
    season.build()
    assert season.refusal(restates=1, decision_no="WG-1") == "error.publish_too_late"
    late = [*rows(3), row("R25-000004", status_code="supernumerary", reason_code="SUPERNUMERARY")]
    season.lists["registration", "only_late"] = late
    act = season.publish(restates=1, is_only_late=True).act
    assert (act.version, act.is_only_late, act.content_hash) == (2, True, content_hash(late))


def test_a_drift_is_kept_with_a_reason(season: Season) -> None:
    published(season)
    assert season.refusal(keeps=True, reason="r") == "error.publish_no_drift"
    season.standing["registration"] = {"drift": 2, "hash": DRIFT}
    season.build()
    made = season.publish(keeps=True, reason="one of two")
    act = made.act
    assert (act.kind, act.version, act.drift_hash, act.list_name) == (KEPT, 1, DRIFT, None)
    assert [path.name for path in made.files] == ["publication__acts__0002.parquet"]
    season.standing["registration"]["kept"] = True
    season.build()
    assert season.refusal(keeps=True, reason="again") == "error.publish_kept_already"
    assert verify(season.settings).finding is None


def test_wishes_that_contradict_each_other(season: Season) -> None:
    assert season.refusal(approved_by="  ") == "error.publish_by_missing"
    assert season.refusal(keeps=True, reason="r", restates=1) == "error.publish_choose"
    assert season.refusal(is_only_late=True) == "error.publish_only_late"
    assert season.refusal(keeps=True) == "error.publish_reason_missing"
    for text in ("a\nb", "a\u202eb", "ИИН 920615400001", "a\ufffd", "\udc80"):
        assert season.refusal(reason=text) == "error.publish_text"


def test_a_stage_that_is_not_there_is_told_from_the_nearest(season: Season) -> None:
    with pytest.raises(OrchestrationError) as caught:
        publish(season.settings, request("registrations"))
    assert caught.value.params["nearest"] == "registration" and caught.value.exit_code == 2


def test_moments_at_which_no_list_is_published(season: Season) -> None:
    season.at(datetime(2025, 7, 1, 3, 59, 59))
    assert season.refusal() == "error.publish_too_early"
    season.at(datetime(2099, 1, 1))
    assert season.refusal() == "error.publish_future"
    season.at(AT)
    published(season)
    season.at(datetime(2025, 7, 2, 5, 30, 14))
    assert season.refusal("vetting") == "error.publish_backwards"


def test_stages_are_published_in_their_order(season: Season) -> None:
    season.at(LATER)
    assert season.refusal("vetting") == "error.publish_earlier_stage"
    published(season)
    assert season.refusal() == "error.publish_already"
    assert season.refusal("text_test") == "error.publish_earlier_stage"
    season.lists["vetting", "whole"] = rows(2)
    season.publish("vetting")
    assert season.refusal("text_test") == "error.publish_unplanned"


def test_what_is_not_published_can_neither_be_restated_nor_kept(season: Season) -> None:
    assert season.refusal(restates=1, decision_no="WG-1") == "error.publish_not_published"
    assert season.refusal(keeps=True, reason="r") == "error.publish_not_published"


def test_a_restatement_has_a_decision_and_changes_something(season: Season) -> None:
    published(season)
    assert season.refusal(restates=1) == "error.publish_decision_missing"
    assert season.refusal(restates=1, decision_no="WG-1") == "error.publish_no_change"


def test_a_decision_that_is_named_has_landed(season: Season) -> None:
    assert season.refusal(decision_no="WG-OF-2024") == "error.publish_decision_unknown"
    with pytest.raises(OrchestrationError) as caught:
        publish(season.settings, request("registration", decision_no="NC-2025-Q2"))
    assert caught.value.message_key == "error.publish_decision_nearest"
    assert caught.value.params == {"decision": "NC-2025-Q2", "nearest": "NC-2025-Q1"}
    assert season.publish(decision_no="NC-2025-Q1").act.decision_no == "NC-2025-Q1"
    season.lists["registration", "whole"] = rows(2)
    assert season.refusal(restates=1, decision_no="ORDER-7") == "error.publish_decision_unknown"
    for more in ({"decision_no": "ORDER-7"}, {"reason": "minutes, folder 12"}):
        assert season.refusal(restates=1, is_on_paper=True, **more) == "error.publish_on_paper"
    more = {"decision_no": "ORDER-7", "reason": "minutes of 2 July, folder 12"}
    act = season.publish(restates=1, is_on_paper=True, **more).act
    assert (act.decision_no, act.reason) == ("ORDER-7", "minutes of 2 July, folder 12")


def test_a_list_that_could_not_land_is_not_published(season: Season) -> None:
    season.lists["registration", "whole"] = []
    assert season.refusal() == "error.publish_empty"
    season.lists["registration", "whole"] = [row("R25-000001", status_code="unheard_of")]
    assert season.refusal() == "error.publish_unlandable"
    season.lists["registration", "whole"] = [row("R25-000001", score_numerator=2**40)]
    assert season.refusal() == "error.publish_unlandable"


def test_a_list_that_breaks_a_claim_is_not_published(season: Season) -> None:
    season.failed_claims = [FailedClaim("assert_limits_exceeded_only_by_ties", 2)]
    assert season.refusal() == "error.publish_claims"
    season.failed_claims = []
    season.publish()


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"is_successful": False}, "error.release_build_failed"),
        ({"is_full": False}, "error.release_partial"),
    ],
)  # fmt: skip
def test_builds_from_which_nothing_is_published(season: Season, more: dict[str, bool], key: str) -> None:
    season.build(**more)
    assert season.refusal() == key


def test_a_failing_check_a_stale_and_a_missing_build_refuse(season: Season) -> None:
    season.build(CheckOutcome("test.claim", "ERROR", "fail", 3))
    assert season.refusal() == "error.release_checks_failed"
    season.build()
    made = publish(season.settings, request("registration"))
    season.land()
    season.at(LATER)
    assert made.act.act_no == 1 and season.refusal("vetting") == "error.release_stale"
    season.settings.warehouse.unlink()
    assert season.refusal("vetting") in ("error.release_no_build", "error.publish_unlanded")


def test_a_build_of_an_older_moment_does_not_know_the_list(season: Season) -> None:
    published(season)
    with duckdb.connect(str(season.settings.warehouse)) as connection:
        connection.execute(
            "update reporting.rpt_publications set is_published_by_act = false, version = null"
        )
    assert season.refusal() == "error.publish_build_behind"


def test_a_build_without_the_tables_is_told(season: Season) -> None:
    with duckdb.connect(str(season.settings.warehouse)) as connection:
        connection.execute("drop table reporting.rpt_publications")
    assert season.refusal() == "error.publish_old_build"


def test_nothing_is_added_to_a_ledger_that_does_not_hold(season: Season) -> None:
    act = published(season)
    file = season.folder / "lists" / str(act.list_name)
    file.chmod(0o644)
    file.write_bytes(b"other")
    assert season.refusal("vetting") == "error.publish_ledger"


def test_an_end_that_was_taken_away_is_not_published_over(season: Season) -> None:
    published(season)
    (season.folder / "ledger.jsonl").write_bytes(b"")
    assert season.refusal() == "error.publish_ledger"
    assert list((season.folder / "lists").iterdir())


def test_killed_before_the_line_the_next_run_begins_anew(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(file: Path, line: bytes) -> None:
        file.write_bytes(line[:50])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.ledger.append_line", dying)
        with pytest.raises(KeyboardInterrupt):
            publish(season.settings, request("registration"))
    assert read_acts(season.folder) == [] and deliver_acts(season.settings) == []
    made = season.publish()
    assert made.act.act_no == 1
    assert made.recovered.removed == ("0001-2025-registration-v1.parquet",)
    assert made.recovered.unfinished is not None
    assert verify(season.settings).finding is None


def test_killed_after_the_line_the_act_counts_and_comes_on(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.ledger_delivery._deliver", dying)
        with pytest.raises(KeyboardInterrupt):
            publish(season.settings, request("registration"))
    assert len(read_acts(season.folder)) == 1
    with pytest.raises(OrchestrationError) as caught:
        publish(season.settings, request("registration"))
    assert caught.value.message_key == "error.publish_unlanded"
    assert (
        deliver_acts(season.settings) == [] and len(list(season.settings.landing_dir.rglob("*.parquet"))) == 2
    )
    season.land()
    season.build()
    assert season.refusal() == "error.publish_already"
    assert verify(season.settings).finding is None
