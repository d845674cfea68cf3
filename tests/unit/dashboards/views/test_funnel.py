from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pytest

from dashboards import warehouse
from dashboards.components import formats, tables
from dashboards.i18n import LANGUAGES, Texts, load_texts
from dashboards.views import funnel, funnel_people
from dashboards.warehouse import Release, selection
from dashboards.warehouse.selection import Filters
from tests.support.fake_release import write_pointer, write_release


def test_headline_counts_each_stage_as_it_is_called(release: Release) -> None:
    read = funnel.read_funnel(release, Filters(), "en")
    pairs = dict(funnel.headline(read, load_texts("en")))
    rows = release.rows(
        """
        select stage_code, sum(count_entered) as entered, sum(count_participated) as took_part,
            sum(count_admitted) as went_on
        from reporting.rpt_funnel group by stage_code
        """
    )
    sums = {row["stage_code"]: row for row in rows}
    assert len(pairs) == 10
    assert pairs["Accounts"] == str(sums["registration"]["entered"])
    assert pairs["Eligible"] == str(sums["registration"]["went_on"])
    assert pairs["Passed vetting"] == str(sums["vetting"]["went_on"])
    assert pairs["Sat the text test"] == str(sums["text_test"]["took_part"])
    assert pairs["Expert Commission"] == str(sums["expert_commission"]["took_part"])
    assert pairs["In the Reserve"] == str(sums["national_commission"]["went_on"])


def test_headline_has_a_dash_for_what_is_not_published(early_release: Release) -> None:
    read = funnel.read_funnel(early_release, Filters(), "en")
    pairs = dict(funnel.headline(read, load_texts("en")))
    assert pairs["Sat the text test"] != "–"
    assert pairs["Sat the numeric test"] == "–"
    assert pairs["In the Reserve"] == "–"


def _rows(read: funnel.Funnel, texts: Texts) -> list[dict[str, str]]:
    """The file of the funnel, read back."""
    header = [texts(f"column.{name}") for name in funnel._CSV_COLUMNS]
    content = formats.csv_bytes(header, funnel.funnel_rows(read, texts)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_has_a_row_for_each_stage_and_track(release: Release, language: str) -> None:
    texts = load_texts(language)
    rows = _rows(funnel.read_funnel(release, Filters(), language), texts)
    assert len(rows) == 54
    found = {
        (row[texts("column.stage_code")], row[texts("column.track_code")]): (
            row[texts("column.count_entered")],
            row[texts("column.cutoff_points")],
            row[texts("column.limit_places")],
        )
        for row in rows
    }
    for cut in selection.stage_tracks(release):
        expected = (cut["count_entered"], cut["cutoff_points"], cut["limit_places"])
        written = tuple("" if value is None else str(value) for value in expected)
        assert found[cut["stage_code"], cut["track_code"]] == written


def test_filtered_csv_keeps_the_chosen_tracks(release: Release) -> None:
    read = funnel.read_funnel(release, Filters(tracks=("agro",)), "en")
    assert {row["Track code"] for row in _rows(read, load_texts("en"))} == {"agro"}


def test_people_rows_hold_names_in_the_language(release: Release) -> None:
    texts = load_texts("kk")
    people = selection.candidates(release, "text_test", "agro", "absent", Filters())
    row = dict(
        zip(funnel_people.DRILL_COLUMNS, funnel_people.people_rows(release, people, texts)[0], strict=True)
    )
    assert row["candidate_no"] == people[0]["candidate_no"]
    assert row["track"] == warehouse.names(release, "tracks", "kk")["agro"]
    assert row["status"] == warehouse.names(release, "statuses", "kk")["absent"]
    assert row["reason"] == warehouse.reason_texts(release, "kk")["ABSENT"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_stage_says_how_its_list_stands(release: Release, language: str) -> None:
    texts = load_texts(language)
    read = funnel.read_funnel(release, Filters(), language)
    cells = [_markup(funnel._stage_cells(read, stage, 1, texts)[-1]) for stage in read.stages]
    assert [cell.split(">")[1][0] for cell in cells] == ["✓", "✓", "!", "✓", *"~~~~~"]
    assert texts("standing.drift", version=2, count="4") in cells[2] and "A. Chair" in cells[2]
    note = funnel.provisional_note(read, texts)
    assert [name in note for name in read.stages.values()] == [False] * 4 + [True] * 5
    rows = _rows(read, texts)
    states = {row[texts("column.stage_code")]: row[texts("column.list_state")] for row in rows}
    assert states["numeric_test"] == texts("standing.published", version=1)
    assert states["interview"] == texts("standing.provisional")


def test_a_stage_that_is_not_published_is_neither(early_release: Release) -> None:
    read = funnel.read_funnel(early_release, Filters(), "en")
    texts = load_texts("en")
    cells = [_markup(funnel._stage_cells(read, stage, 1, texts)[-1]) for stage in read.stages]
    assert [cell.count("… not yet published") for cell in cells] == [0] * 3 + [1] * 6
    assert funnel.provisional_note(read, texts) == ""


def test_an_older_release_has_a_funnel_without_marks(release: Release, tmp_path: Path) -> None:
    file = write_release(tmp_path, size=60, published=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table reporting.rpt_publications")
    write_pointer(tmp_path, file)
    texts = load_texts("en")
    read = funnel.read_funnel(warehouse.current_release(tmp_path), Filters(), "en")
    now = funnel.read_funnel(release, Filters(), "en")
    older, newer = (funnel._stage_cells(one, "interview", 7, texts) for one in (read, now))
    assert len(older) == len(newer) - 1
    assert "not yet published" in str(older[0]) and "not yet published" not in str(newer[0])


def _markup(cell: tables.Cell) -> str:
    return cell.markup if isinstance(cell, tables.Html) else cell
