from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest

from dashboards import warehouse
from dashboards.access import COMMISSION_MEMBER, Grant
from dashboards.components import candidate_link, formats, tables
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import shortlist
from dashboards.warehouse import Release, Row, publications, selection
from tests.support.visits import visit_of

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


def _rows(release: Release, stage: str, track: str, places: tuple[int, int] = (1, 10**6)) -> list[str]:
    people = selection.ranking(release, stage, track, *places, limit=10**6)
    counts = selection.list_counts(release, stage, track)
    return shortlist.ranking_rows(
        COLUMNS, _cut(release, stage, track), counts, people, _names(release), visit_of(release)
    )


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
    rows = _rows(release, "text_test", "social", places=(1, 1))
    line = sum(person["is_admitted"] for person in ranked)
    assert [("gap" in row, "cut" in row[:20]) for row in rows] == [
        (False, False), (True, False), (False, True), (True, False)
    ]  # fmt: skip
    assert f"{line - 1} more" in rows[1]
    assert f"{len(ranked) - line} more" in rows[3]


def test_the_view_around_the_line_shows_both_sides(release: Release) -> None:
    counts = selection.list_counts(release, "text_test", "social")
    line = sum(person["is_admitted"] for person in _ranked(release, "text_test", "social"))
    assert shortlist.shown_places(counts, "cut") == (line - 9, line + 10)
    assert shortlist.shown_places(counts, "all") == (1, counts["count_ranked"])
    assert shortlist.shown_places({"count_line": 3, "count_ranked": 5}, "cut") == (1, 5)


def test_a_number_is_found_wherever_it_stands_and_its_place_is_kept(release: Release) -> None:
    ranked = _ranked(release, "text_test", "social")
    wanted = ranked[-2]["candidate_no"]
    found = selection.ranking(release, "text_test", "social", 1, len(ranked), wanted=wanted, limit=10)
    assert [row["candidate_no"] for row in found] == [wanted]
    assert found[0]["display_order"] == len(ranked) - 1
    assert selection.ranking(release, "text_test", "social", 1, len(ranked), wanted="%", limit=10) == []


@pytest.mark.parametrize("stage", ["text_test", "vetting", "situational"])
def test_counts_of_a_list_are_those_of_its_people(release: Release, stage: str) -> None:
    people = selection.shortlist(release, stage, "social")
    ranked = [row for row in people if row["rank"] is not None]
    counts = selection.list_counts(release, stage, "social")
    assert counts == {
        "count_people": len(people),
        "count_ranked": len(ranked),
        "count_line": sum(row["is_admitted"] for row in ranked),
        "count_others": len(people) - len(ranked),
        "count_not_admitted": sum(row["status_code"] == "not_admitted" for row in people),
        "has_decisions": any(row["decision_no"] for row in ranked),
        "has_other_scores": any(row["rank"] is None and row["score_numerator"] is not None for row in people),
    }
    for row in selection.ranking(release, stage, "social", 1, len(ranked), limit=10**6):
        assert row["count_same"] == sum(other["rank"] == row["rank"] for other in ranked)
    others = selection.outside_ranking(release, stage, "social", 10**6)
    assert [row["candidate_no"] for row in others] == [
        row["candidate_no"] for row in people if row["rank"] is None
    ]
    assert len(selection.outside_ranking(release, stage, "social", 1)) == min(1, len(others))


def test_only_roles_with_the_page_of_a_candidate_get_a_link_to_it(release: Release) -> None:
    number = _ranked(release, "text_test", "social")[0]["candidate_no"]
    assert f'href="candidate?candidate={number}&amp;lang=en&amp;role=engineer"' in _rows(
        release, "text_test", "social"
    )[0]  # fmt: skip
    member = visit_of(release, "en", Grant(COMMISSION_MEMBER, "expert_commission", "digital"))
    assert candidate_link.cell(number, member) == number
    assert candidate_link.grid_link(member) is None


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
    counts = selection.list_counts(release, "numeric_test", "digital")
    figures = dict(shortlist.list_figures(cut, counts, "places", load_texts("en")))
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
    counts = selection.list_counts(early_release, "numeric_test", "digital")
    people = selection.shortlist(early_release, "numeric_test", "digital")
    figures = shortlist.list_figures(cut, counts, "places", load_texts("en"))
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
