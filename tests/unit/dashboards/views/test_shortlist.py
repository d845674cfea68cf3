from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest

from dashboards import warehouse
from dashboards.components import formats, tables
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import shortlist
from dashboards.warehouse import Release, Row, publications, selection

COLUMNS = [tables.Column(name, name=name) for name in shortlist._RANKED_COLUMNS]


def _names(release: Release, language: str = "en") -> shortlist.Names:
    return shortlist.Names(
        warehouse.names(release, "statuses", language), warehouse.reason_texts(release, language)
    )


def _cut(release: Release, stage: str, track: str) -> Row:
    cuts = selection.stage_tracks(release)
    return next(cut for cut in cuts if (cut["stage_code"], cut["track_code"]) == (stage, track))


def _ranked(release: Release, stage: str, track: str) -> list[Row]:
    return [row for row in selection.shortlist(release, stage, track) if row["rank"] is not None]


def _rows(release: Release, stage: str, track: str, shown: list[int] | None = None) -> list[str]:
    ranked = _ranked(release, stage, track)
    return shortlist.ranking_rows(
        COLUMNS, _cut(release, stage, track), ranked, list(range(len(ranked))) if shown is None else shown,
        _names(release), load_texts("en"),
    )  # fmt: skip


def test_the_cut_line_stands_between_admitted_and_the_rest(release: Release) -> None:
    rows = _rows(release, "text_test", "social")
    classes = [re.match(r'<tr class="([^"]*)"', row)[1].split()[-1] for row in rows]  # type: ignore[index]
    line = classes.index("cut")
    assert set(classes[:line]) == {"on"}
    assert set(classes[line + 1 :]) == {"off"}
    assert line == _cut(release, "text_test", "social")["count_admitted"]


def test_shared_ranks_and_people_at_the_cutoff_are_marked(release: Release) -> None:
    rows = _rows(release, "text_test", "social")
    ranked = _ranked(release, "text_test", "social")
    at_cutoff = sum(person["is_at_cutoff"] for person in ranked)
    assert at_cutoff > 1
    assert sum("rz-badge" in row for row in rows) == at_cutoff
    assert any(">=" in row for row in rows)


def test_a_shortfall_has_its_line_below_everybody(release: Release) -> None:
    rows = _rows(release, "numeric_test", "foreign")
    assert 'class="cut"' in rows[-1]
    assert "all of them go on" in rows[-1]


def test_people_who_are_not_shown_are_counted(release: Release) -> None:
    ranked = _ranked(release, "text_test", "social")
    rows = _rows(release, "text_test", "social", shown=[0])
    line = shortlist._line_position(ranked)
    assert [("gap" in row, "cut" in row[:20]) for row in rows] == [
        (False, False), (True, False), (False, True), (True, False)
    ]  # fmt: skip
    assert f"{line - 1} more" in rows[1]
    assert f"{len(ranked) - line} more" in rows[3]


def test_the_view_around_the_line_shows_both_sides(release: Release) -> None:
    ranked = _ranked(release, "text_test", "social")
    line = shortlist._line_position(ranked)
    shown = shortlist._shown_positions(ranked, "", "cut")
    assert min(shown) == line - 10
    assert max(shown) == line + 9
    number = ranked[3]["candidate_no"]
    assert 3 in shortlist._shown_positions(ranked, number, "cut")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_says_cutoff_places_and_ties(language: str) -> None:
    cut: dict[str, Any] = {
        "cutoff_points": Decimal("4.33"), "cutoff_numerator": 13, "cutoff_denominator": 3, "limit_places": 54,
        "count_admitted": 57, "count_over_limit": 3, "count_pool": 90, "is_shortfall": False,
    }  # fmt: skip
    text = shortlist.cut_line_text(cut, load_texts(language))
    assert ("4.33" if language == "en" else "4,33") in text
    assert "(13/3)" in text
    assert re.findall(r"\b(?:54|57|3)$|\b(?:54|57)\b", text) == ["54", "57", "3"]
    no_cut = shortlist.cut_line_text(cut | {"cutoff_points": None}, load_texts(language))
    assert load_texts(language)("shortlist.no_cut") in no_cut


def test_figures_of_a_cut(release: Release) -> None:
    cut = _cut(release, "numeric_test", "digital")
    people = selection.shortlist(release, "numeric_test", "digital")
    figures = dict(shortlist.list_figures(cut, people, "places", load_texts("en")))
    assert figures == {
        "With a result": str(cut["count_pool"]),
        "Places": str(cut["limit_places"]),
        "Cut-off": str(cut["cutoff_points"]),
        "Admitted": str(cut["count_admitted"]),
        "By tie": str(cut["count_by_tie"]),
        "Over the limit": str(cut["count_over_limit"]),
        "Supernumerary": "1",
    }


def test_figures_before_publication(early_release: Release) -> None:
    cut = _cut(early_release, "numeric_test", "digital")
    people = selection.shortlist(early_release, "numeric_test", "digital")
    figures = shortlist.list_figures(cut, people, "places", load_texts("en"))
    assert figures == [("Entered", str(len(people))), ("Places", str(cut["limit_places"]))]


def test_csv_holds_everybody_ranked_people_first(release: Release) -> None:
    people = selection.shortlist(release, "situational", "digital")
    texts = load_texts("en")
    header = [texts(f"column.{name}") for name in shortlist._RANKED_COLUMNS]
    content = formats.csv_bytes(header, shortlist.shortlist_rows(people, _names(release)))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["Candidate number"] for row in rows] == [person["candidate_no"] for person in people]
    assert rows[0]["Rank"] == "1"
    assert rows[0]["Score"] == str(people[0]["score_points"])
    assert rows[0]["Exact score"].count("/") <= 1


def test_the_name_of_the_file_says_which_list_it_is(release: Release, early_release: Release) -> None:
    lists = publications.lists(release)
    named = {
        stage: "_".join(shortlist.file_stem(_cut(release, stage, "agro"), lists[stage]))
        for stage in ("text_test", "situational")
    }
    assert named == {
        "text_test": "shortlist_text_test_agro_v2",
        "situational": "shortlist_situational_agro_provisional",
    }
    cut = _cut(early_release, "situational", "agro")
    early = publications.lists(early_release)["situational"]
    assert shortlist.file_stem(cut, early)[-2:] == ("agro", "unpublished")
    assert shortlist.file_stem(cut, None)[-1] == "agro"
