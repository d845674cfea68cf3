"""The files of audiences: what is not granted is not in them, byte for byte."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.audiences import Audience, rows_of, write_audiences
from orchestration.errors import OrchestrationError
from orchestration.releases import current_release, publish
from orchestration.settings import Settings
from tests.unit.orchestration.conftest import record_build, write_warehouse

NUMBER = "ZZ-7-HIDDEN-7"


def _tables(file: Path) -> dict[str, list[str]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index)"
            " from duckdb_columns() where not internal group by 1"
        ).fetchall()
    return dict(rows)


@pytest.fixture
def release(settings: Settings) -> Path:
    """A published release of one person on the list of the agro track's interview."""
    write_warehouse(settings, results=[(NUMBER, "admitted", 9, 2, 1)])
    record_build(settings)
    publish(settings, code_version="test")
    current = current_release(settings.releases_dir)
    assert current is not None
    return current.file


def _file(release: Path, audience: str) -> Path:
    return release.parent / audience / release.name


def test_each_audience_has_a_file_under_the_name_of_the_release(release: Path) -> None:
    found = {file.parent.name for file in release.parent.glob(f"*/{release.name}")}
    assert found == {
        "analyst",
        "vetting_officer",
        "proctoring_reviewer",
        "publisher",
        "commission_member.interview",
        "commission_member.interview.agro",
        "commission_member.interview.digital",
    }
    assert not list(release.parent.rglob("*.tmp*"))


def test_a_file_holds_the_tables_and_columns_that_are_granted(release: Path) -> None:
    whole = _tables(release)
    assert set(_tables(_file(release, "vetting_officer"))) == {"release.manifest"}
    analyst = _tables(_file(release, "analyst"))
    assert set(analyst) == {"release.manifest", "selection.sel_stage_results", "selection.sel_cutoffs"}
    results = "selection.sel_stage_results"
    assert analyst[results] == [column for column in whole[results] if column != "rank"]
    assert _tables(_file(release, "publisher"))[results] == whole[results]


def test_a_commission_has_its_own_people_only(release: Path) -> None:
    counts = {}
    for track in ("agro", "digital"):
        with duckdb.connect(str(_file(release, f"commission_member.interview.{track}"))) as connection:
            counts[track] = connection.execute("select count(*) from selection.sel_stage_results").fetchall()
    assert counts == {"agro": [(1,)], "digital": [(0,)]}


def test_what_is_not_granted_is_in_no_byte_of_the_file(release: Path) -> None:
    assert NUMBER.encode() in release.read_bytes()
    assert NUMBER.encode() in _file(release, "publisher").read_bytes()
    for audience in ("vetting_officer", "proctoring_reviewer", "commission_member.interview.digital"):
        assert NUMBER.encode() not in _file(release, audience).read_bytes(), audience


def test_descriptions_travel_with_what_is_granted(release: Path) -> None:
    with duckdb.connect(str(_file(release, "publisher")), read_only=True) as connection:
        assert connection.execute(
            "select comment from duckdb_columns()"
            " where table_name = 'sel_stage_results' and column_name = 'rank'"
        ).fetchall() == [("Competition rank; 1 is best.",)]
        assert connection.execute(
            "select comment from duckdb_tables() where table_name = 'sel_stage_results'"
        ).fetchall() == [("One row per candidate's stage.",)]


def test_nobody_can_write_a_file(release: Path) -> None:
    assert {file.stat().st_mode & 0o222 for file in release.parent.rglob("*.duckdb")} == {0}


def test_writing_again_after_an_interruption_gives_the_same(release: Path) -> None:
    analyst = _file(release, "analyst")
    before = _tables(analyst)
    (analyst.parent / f"{release.name}.tmp").write_bytes(b"half")
    (analyst.parent / f"{release.name}.tmp.wal").write_bytes(b"half")
    write_audiences(release)
    assert _tables(analyst) == before
    assert [file.name for file in analyst.parent.iterdir()] == [release.name]


def test_publishing_the_same_again_writes_files_that_are_gone(settings: Settings, release: Path) -> None:
    _file(release, "analyst").unlink()
    assert not publish(settings, code_version="test").is_new
    assert _file(release, "analyst").is_file()


@pytest.mark.parametrize(
    ("table", "column"), [("audience_tables", "table_name"), ("audience_hidden_columns", "column_name")]
)
def test_a_name_that_the_release_does_not_have_stops_the_publication(
    settings: Settings, table: str, column: str
) -> None:
    write_warehouse(settings, results=[(NUMBER, "admitted", 9, 2, 1)])
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(f"update seeds.{table} set {column} = 'sel_nothing'")
    record_build(settings)
    with pytest.raises(OrchestrationError):
        publish(settings, code_version="test")
    assert current_release(settings.releases_dir) is None


MEMBER = Audience("commission_member", "interview", "agro")
BOTH = ["season_code", "stage_code", "track_code"]


@pytest.mark.parametrize(
    ("audience", "cell", "columns", "expected"),
    [
        (Audience("analyst"), "all", ["anything"], ("true", [])),
        (MEMBER, "own", BOTH, ("stage_code = ? and track_code = ?", ["interview", "agro"])),
        (MEMBER, "own", ["track_code"], ("track_code = ?", ["agro"])),
        (MEMBER, "own", ["stage_code"], ("stage_code = ?", ["interview"])),
        (Audience("commission_member", "interview"), "own", BOTH, ("stage_code = ?", ["interview"])),
        (Audience("commission_member", "interview"), "own", ["track_code"], ("true", [])),
        (MEMBER, "own@interview", ["track_code"], ("track_code = ?", ["agro"])),
        (MEMBER, "own@national_commission", BOTH, (None, [])),
        (
            Audience("vetting_officer"),
            "registration+vetting",
            BOTH,
            ("stage_code in (?, ?)", ["registration", "vetting"]),
        ),
    ],
)
def test_what_a_cell_means(
    audience: Audience, cell: str, columns: list[str], expected: tuple[str | None, list[str]]
) -> None:
    assert rows_of(audience, cell, columns) == expected


@pytest.mark.parametrize("cell", ["own", "registration", "every"])
def test_a_cell_that_cannot_tell_rows_apart_is_refused(cell: str) -> None:
    with pytest.raises(OrchestrationError):
        rows_of(MEMBER, cell, ["season_code", "candidate_no"])
