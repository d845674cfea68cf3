"""Eligibility, vetting and documents of the warehouse against the oracle, row by row, through the season.

One season with every scenario is landed once and built as of several moments; and once more with its rows and
files in another order, which must change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from random import Random

import duckdb
import pytest

from ingestion.batches import Acceptance
from ingestion.loader import land_files, pending_files
from ingestion.sample_season import write_season
from ingestion.sample_season.deliveries import Outbox, write_outbox
from ingestion.sample_season.season import simulate
from tests.oracle import OracleVetting
from tests.oracle.order import local
from tests.oracle.reading import read_landing
from tests.support.season import AFTER_THE_SEASON, CompiledProject, TestSeason, open_season
from tests.support.vetting import (
    COMPARED,
    identity_keys,
    lines_apart,
    officers_differences,
    oracle_of,
)
from tests.unit.oracle.builders import csv_of, land, requests

SHOWN = 25
MOMENTS = {
    "first week": local(2025, 6, 12, 20),
    "middle of June": local(2025, 6, 16, 18),
    "last evening of the intake": local(2025, 6, 30, 22),
    "8 July": local(2025, 7, 8, 12),
    "the first moment of the successor": local(2025, 7, 14),
    "last evening of vetting": local(2025, 7, 31, 19),
    "the list of vetting": local(2025, 8, 1, 9),
    "25 August": local(2025, 8, 25, 12),
    "after the season": AFTER_THE_SEASON,
}
#: Tables that may be empty at some moments: what is only work for a while, and what comes after the list.
WORK = ("to_send", "due", "document_work")
AFTER_THE_LIST = ("alerts", "alert_stages")


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> TestSeason:
    """A season with every scenario, landed."""
    folder = tmp_path_factory.mktemp("vetting_board")
    write_season(folder / "landing", size=400, seed=9)
    opened = open_season(compiled_project, folder / "home", folder / "landing")
    opened.land()
    return opened


def built(season: TestSeason, as_of: datetime) -> OracleVetting:
    """The season as of a moment, and what the oracle says of it."""
    season.build(as_of)
    return oracle_of(season, as_of)


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_row_is_as_the_oracle_says(season: TestSeason, moment: str) -> None:
    oracle = built(season, MOMENTS[moment])
    may_be_empty = WORK + (AFTER_THE_LIST if MOMENTS[moment] <= MOMENTS["the list of vetting"] else ())
    for table in COMPARED:
        lines = getattr(oracle, table.field)
        assert lines or table.field in may_be_empty, f"the oracle has no {table.field}: nothing is proved"
    found = officers_differences(season, oracle)
    by_table = Counter(text.split(" ", 1)[0] for text in found)
    assert not found, "\n".join([f"{len(found)} differences: {dict(by_table)}", *_some_of_each(found)])


def _some_of_each(found: list[str]) -> Iterator[str]:
    """The first differences of each table."""
    seen: Counter[str] = Counter()
    for text in found:
        table = text.split(" ", 1)[0]
        seen[table] += 1
        if seen[table] <= SHOWN:
            yield text


def test_what_is_work_for_a_while_is_compared_too(season: TestSeason) -> None:
    tables = read_landing(season.config.landing_dir, MOMENTS["last evening of the intake"], AFTER_THE_SEASON)
    assert tables.rows("agency__document_checks")
    oracle = built(season, MOMENTS["last evening of the intake"])
    assert {line["work_code"] for line in oracle.document_work} == {
        "candidate_must_upload",
        "checker_must_check",
        "working_group_must_decide",
    }
    assert oracle.to_send and oracle.due and oracle.hold


def test_the_season_shows_every_case(season: TestSeason) -> None:
    """What no row shows is not compared: each code of the rules occurs."""
    oracle = built(season, AFTER_THE_SEASON)
    assert {line["handling_code"] for line in oracle.replies} == {
        "counted",
        "repeated",
        "overruled",
        "unknown_candidate",
        "unknown_list",
        "not_on_list",
        "wrong_sender",
        "dated_before_list",
        "dated_ahead",
    }
    assert {line["state_code"] for line in oracle.requests} == {
        "clear",
        "adverse",
        "unclear",
        "sent",
        "replaced",
    }
    assert {(line["alert_code"], line["is_open"]) for line in oracle.alerts} == {
        ("ADVERSE_AFTER_PASS", True),
        ("ADVERSE_AFTER_PASS", False),
        ("UNCLEAR_AFTER_PASS", True),
        ("CLEAR_AFTER_CLOSE", True),
    }
    assert {line["reason_code"] for line in oracle.hold} == {
        "VETTING_HOLD",
        "VETTING_ADVERSE",
        "VETTING_UNCLEAR",
    }
    assert {line["effect_code"] for line in oracle.track_changes} == {
        "counted",
        "superseded",
        "after_window",
        "too_late",
        "reversed",
    }
    assert {line["warning_code"] for line in oracle.warnings} == {
        "TURNS_36",
        "TERM_ASSUMED",
        "TERM_CHECKED",
        "EXPIRES_DURING_SELECTION",
        "LATE_SUBMISSION",
    }
    assert {line["forecast_code"] for line in oracle.bodies} == {"missed", "done"}
    assert any(line["count_early"] for line in oracle.bodies)
    forecasts = ("first week", "no_basis"), ("8 July", "kept"), ("last evening of vetting", "at_risk")
    for moment, code in forecasts:
        bodies = built(season, MOMENTS[moment]).bodies
        assert code in {line["forecast_code"] for line in bodies}, moment


def test_a_single_changed_row_is_noticed(season: TestSeason) -> None:
    oracle = built(season, AFTER_THE_SEASON)
    relation = "core.fct_vetting_states"
    assert not officers_differences(season, oracle, relation)
    changed = replace(oracle, states=[oracle.states[0] | {"state_code": "lost"}, *oracle.states[1:]])
    assert len(officers_differences(season, changed, relation)) == 1
    fewer = replace(oracle, states=oracle.states[1:])
    assert len(officers_differences(season, fewer, relation)) == 1
    more = replace(oracle, states=[*oracle.states, oracle.states[0]])
    assert len(officers_differences(season, more, relation)) == 1


def test_differences_name_row_and_column() -> None:
    ours, theirs = [{"list_no": "A", "count_sent": 2}], [{"list_no": "A", "count_sent": 3}]
    assert lines_apart(("list_no",), ours, ours) == []
    assert lines_apart(("list_no",), ours, theirs) == ["('A',) count_sent: warehouse 2, oracle 3"]
    assert lines_apart(("list_no",), ours, []) == [
        "('A',): warehouse [{'list_no': 'A', 'count_sent': 2}], oracle has none"
    ]


# --- identity keys ---


def test_identity_keys_tell_apart_who_a_list_would_name_otherwise(season: TestSeason) -> None:
    """Two rows of one key say the same of a person, and rows that say the same have one key."""
    rows = season.query(
        "select candidate_no, submission_no, identity_key from staging.stg_platform__registrations"
    )
    landed = read_landing(season.config.landing_dir, AFTER_THE_SEASON, AFTER_THE_SEASON)
    said = {
        (row["candidate_no"], row["submission_no"]): tuple(
            row[name] for name in ("iin", "last_name", "first_name", "middle_name", "birth_on")
        )
        for row in landed.rows("platform__registrations")
    }
    assert {(candidate, number) for candidate, number, _ in rows} == set(said)
    pairs = {(key, said[candidate, number]) for candidate, number, key in rows}
    assert len({key for key, _ in pairs}) == len({person for _, person in pairs}) == len(pairs) > 400


def test_who_is_named_otherwise_is_sent_again(compiled_project: CompiledProject, tmp_path: Path) -> None:
    """Lists with keys go on 3 July, names are corrected on the 4th, lists without keys go on the 8th."""
    landing = tmp_path / "landing"
    summary = write_season(landing, size=40, seed=3, scenarios=("names_corrected",))
    season = open_season(compiled_project, tmp_path / "home", landing)
    season.land()
    season.build(local(2025, 7, 3))
    sent = [
        request | {"identity_key": key}
        for candidate_no, key in sorted(identity_keys(season).items())
        for request in requests(candidate_no, number=11, sent_on=date(2025, 7, 3))
    ]
    register = csv_of("agency__vetting_requests", sent)
    land(landing, "2025-07-03T120000", "agency__vetting_requests__keyed.csv", register)
    season.land()
    corrected = {number for _, number in summary.cases["names_corrected"]}
    relisted = {
        number
        for case, number in summary.cases["names_corrected"]
        if case in ("answered_again", "turns_adverse")
    }
    for as_of, changed in (
        (local(2025, 7, 4), set()),
        (local(2025, 7, 5), corrected),
        (local(2025, 7, 9), corrected - relisted),
    ):
        oracle = built(season, as_of)
        assert {line["candidate_no"] for line in oracle.to_send} == changed
        assert len(oracle.to_send) == 7 * len(changed)
        assert {line["change_code"] for line in oracle.to_send} <= {"changed"}
        assert not officers_differences(season, oracle)


# --- whatever order rows and files come in ---

UNORDERED_SIZE = 120
ORDER_MOMENTS = (MOMENTS["8 July"], AFTER_THE_SEASON)
#: They say how files came, not what they hold.
BOOKKEEPING = frozenset({"fct_batches", "rpt_batches", "fct_stop_list_versions"})


def _shuffle(outbox: Outbox, chance: Random) -> None:
    """Shuffle the rows inside every file; a file that is the copy of another stays its copy."""
    rendered = {key: outbox.render(*_named(key)) for key in outbox.files}
    for delivery in outbox.files.values():
        delivery.frames = [
            frame.sample(frac=1, random_state=chance.randrange(2**32)) for frame in delivery.frames
        ]
        chance.shuffle(delivery.frames)
        chance.shuffle(delivery.raw_rows)
    originals = {rendered[key]: key for key, file in outbox.files.items() if file.content is None}
    for file in outbox.files.values():
        if file.content in originals:
            file.content = outbox.render(*_named(originals[file.content]))


def _named(key: tuple[datetime, str, str]) -> tuple[str, datetime, str]:
    received, feed, label = key
    return feed, received, label


def _land_in_any_order(season: TestSeason, chance: Random) -> None:
    """Land the files in a shuffled order; of two copies the one received first lands first."""
    files = pending_files(season.config)
    shuffled = list(files)
    chance.shuffle(shuffled)
    content = {file: Path(file.path).read_bytes() for file in files}
    copies = Counter(content.values())
    in_order = {text: iter([file for file in files if content[file] == text]) for text in copies}
    queue = [next(in_order[content[file]]) for file in shuffled]
    word = Acceptance("a test", "corrections of this test may be smaller than what they correct")
    list(land_files(season.config, queue, None, acceptance=word, engine=season.engine))


def _tables(season: TestSeason) -> dict[str, Counter[tuple[object, ...]]]:
    """Every row of the layers that people read, without bookkeeping columns."""
    found: dict[str, Counter[tuple[object, ...]]] = {}
    with duckdb.connect(str(season.config.warehouse), read_only=True) as connection:
        columns = connection.execute("""
            select schema_name || '.' || table_name, list(column_name order by column_index)
            from duckdb_columns()
            where schema_name in ('core', 'selection', 'reporting', 'restricted')
                and not starts_with(column_name, '_')
            group by all
        """).fetchall()
        for relation, names in columns:
            if relation.split(".")[1] not in BOOKKEEPING:
                rows = connection.execute(f"select {', '.join(names)} from {relation}").fetchall()
                found[relation] = Counter(rows)
    return found


def test_the_order_of_rows_and_files_changes_nothing(
    compiled_project: CompiledProject, tmp_path: Path
) -> None:
    chance = Random(20250731)
    world = simulate(size=UNORDERED_SIZE, seed=13, scenarios=None)
    write_outbox(world.outbox, tmp_path / "plain" / "landing")
    _shuffle(world.outbox, chance)
    write_outbox(world.outbox, tmp_path / "shuffled" / "landing")
    plain, shuffled = (
        open_season(compiled_project, tmp_path / name / "home", tmp_path / name / "landing")
        for name in ("plain", "shuffled")
    )
    plain.land()
    _land_in_any_order(shuffled, chance)
    for as_of in ORDER_MOMENTS:
        plain.build(as_of)
        shuffled.build(as_of)
        expected, given = _tables(plain), _tables(shuffled)
        assert expected.keys() == given.keys() and sum(map(len, expected.values())) > 10_000
        for relation, rows in expected.items():
            apart = (rows - given[relation], given[relation] - rows)
            assert not any(apart), f"{relation}: {[list(part)[:3] for part in apart]}"
