"""The page of tests: its numbers against the answers and results of a small real season."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.components import charts_tests, measures
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import tests as tests_page
from dashboards.views import tests_items
from dashboards.warehouse import Release, names, testing
from dashboards.warehouse.testing import TestFilters
from tests.support.measured_files import FORM, dif_row, drift_row, pair_row, write_results
from tests.support.page_of_season import (
    changed_release,
    figures,
    html,
    open_page,
    release_file,
    table_cells,
)

SECTIONS = ("scores", "forms", "cut", "items", "groups", "hours", "pairs")
STAGE = "text_test"


@pytest.fixture(scope="module")
def season(made: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The season's release, for questions that share nothing with the page's."""
    with duckdb.connect(str(release_file(made)), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def release(made: Path) -> Release:
    return Release(release_file(made))


@pytest.fixture(autouse=True)
def _no_results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REZERV_MEASUREMENT_DIR", str(tmp_path / "measurement"))


def people(season: duckdb.DuckDBPyConnection, stage: str = STAGE) -> list[dict[str, Any]]:
    """Everybody with a result that counts: form, language, track, exact score, whether they go on."""
    found = season.execute(
        "select distinct a.form_code, a.language_code, r.track_code, r.candidate_no, r.is_admitted,"
        " r.status_code, r.score_numerator, r.score_denominator"
        " from core.fct_item_answers as a, selection.sel_stage_results as r"
        " where a.stage_code = r.stage_code and a.candidate_no = r.candidate_no and a.stage_code = ?"
        " and (r.is_in_pool or r.is_late)",
        [stage],
    ).fetchall()
    keys = ("form", "language", "track", "candidate", "goes_on", "status", "above", "below")
    rows = [dict(zip(keys, row, strict=True)) for row in found]
    return [{**row, "score": Fraction(row["above"], row["below"])} for row in rows]


def cutoffs(season: duckdb.DuckDBPyConnection, stage: str = STAGE) -> dict[str, Fraction]:
    found = season.execute(
        "select track_code, cutoff_numerator, cutoff_denominator from selection.sel_cutoffs"
        " where stage_code = ? and cutoff_numerator is not null",
        [stage],
    ).fetchall()
    return {track: Fraction(above, below) for track, above, below in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_opens_in_every_language(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    texts = load_texts(language)
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, language)
    assert app.title[0].value == texts("tests.title")
    for section in SECTIONS:
        [control] = app.get("button_group")
        control.set_value(section).run()
        assert not app.exception
        assert app.subheader[0].value == texts(f"tests.part_{section}")
        said = [caption.value for caption in app.caption]
        assert texts("measured.advisory") in said


def test_key_figures_are_those_of_the_answers(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, season: duckdb.DuckDBPyConnection
) -> None:
    sat = people(season)
    shown = figures(open_page(monkeypatch, "tests", made / "releases", tmp_path))
    assert shown[:2] == [str(len(sat)), str(len({(row["form"], row["language"]) for row in sat}))]
    one = open_page(
        monkeypatch, "tests", made / "releases", tmp_path, **{f"language_{STAGE}": "ru", "lang": "en"}
    )
    assert figures(one)[0] == str(sum(row["language"] == "ru" for row in sat)) != shown[0]


def test_scores_and_who_is_near_the_cut(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, season: duckdb.DuckDBPyConnection
) -> None:
    errors = {
        (form, language): error
        for form, language, error in season.execute(
            "select form_code, language_code, error_points from reporting.rpt_form_statistics"
            " where stage_code = ? and error_points is not null",
            [STAGE],
        ).fetchall()
    }
    assert errors
    cuts, near = cutoffs(season), Counter[str]()
    by_track: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in people(season):
        by_track[row["track"]].append(row)
        error = errors.get((row["form"], row["language"]))
        if row["track"] in cuts and error is not None:
            near[row["track"]] += abs(row["score"] - cuts[row["track"]]) <= Fraction(error)
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path)
    track_names = names(Release(release_file(made)), "tracks", "en")
    cells = {row[0]: row for row in table_cells(app, load_texts("en")("tests.part_scores"))}
    assert cells.keys() == {track_names[track] for track in by_track}
    for track, rows in by_track.items():
        shown = cells[track_names[track]]
        mean = sum(row["score"] for row in rows) / len(rows)
        assert shown[1] == str(len(rows))
        assert abs(Fraction(shown[2]) - mean) <= Fraction(1, 199)
        assert shown[3] == (f"{float(cuts[track]):.2f}" if track in cuts else "–")
        assert shown[4] == str(sum(row["goes_on"] for row in rows))
        if track in cuts:
            assert shown[6] == str(near[track])


def test_near_the_cut_is_the_same_by_track_and_by_form(release: Release) -> None:
    """Told by track from scores, by form from the model: two ways to one number."""
    for stage in testing.stages(release):
        by_track = [row["count_near_cutoff"] for row in testing.tracks(release, TestFilters(stage))]
        by_form = [row["count_near_cutoff"] for row in testing.forms(release, TestFilters(stage))]
        assert sum(filter(None, by_track)) == sum(filter(None, by_form))


@pytest.mark.parametrize("stage", ["text_test", "numeric_test"])
def test_whom_another_cutoff_would_move(
    monkeypatch: pytest.MonkeyPatch,
    made: Path,
    tmp_path: Path,
    season: duckdb.DuckDBPyConnection,
    stage: str,
) -> None:
    cuts = cutoffs(season, stage)
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, tests_part="cut", test_stage=stage)
    if not cuts:
        assert load_texts("en")("tests.no_cut") in [info.value for info in app.info]
        return
    track_names = names(Release(release_file(made)), "tracks", "en")
    cells = {row[0]: row for row in table_cells(app, load_texts("en")("tests.part_cut"))}
    assert cells.keys() == {track_names[track] for track in cuts}
    sat = people(season, stage)
    for track, cut in cuts.items():
        own = [row for row in sat if row["track"] == track]
        at = sum(row["score"] == cut for row in own)
        out = sum(row["goes_on"] and row["score"] < cut + 1 for row in own)
        into = sum(row["status"] == "not_admitted" and cut - 1 <= row["score"] < cut for row in own)
        assert cells[track_names[track]][5:] == [str(at), str(out), str(into)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_track_narrows_scores_and_says_what_it_does_not_narrow(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, release: Release, language: str
) -> None:
    texts = load_texts(language)
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, language, test_track="social")
    cells = table_cells(app, texts("tests.part_scores"))
    assert [row[0] for row in cells] == [names(release, "tracks", language)["social"]]
    assert texts("tests.track_note") in [caption.value for caption in app.caption]


def test_the_bars_of_a_track_hold_its_people(release: Release) -> None:
    filters, texts = TestFilters(STAGE), load_texts("en")
    tracks = testing.tracks(release, filters)
    scores = testing.scores(release, filters)
    records = charts_tests.score_records(scores, tracks, texts)
    for place, track in enumerate(tracks):
        largest = max(row["count_people"] for row in scores if row["track_code"] == track["track_code"])
        own = [record for record in records if place - 0.5 < record["top"] < record["foot"] <= place + 0.43]
        high = sum(record["foot"] - record["top"] for record in own)
        assert high == pytest.approx(0.7 * track["count_people"] / largest)
        goes_on = [record for record in own if record["kind"] == texts("tests.goes_on")]
        high = sum(record["foot"] - record["top"] for record in goes_on)
        assert high == pytest.approx(0.7 * track["count_admitted"] / largest)


def test_items_are_those_of_the_answers(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, season: duckdb.DuckDBPyConnection
) -> None:
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, tests_part="items")
    frame: Any = app.dataframe[0].value
    sat = {row["candidate"] for row in people(season)}
    right: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for form, item, candidate, is_right in season.execute(
        "select form_code, item_no, candidate_no, is_right from core.fct_item_answers where stage_code = ?",
        [STAGE],
    ).fetchall():
        if candidate in sat:
            right[form, item].append(is_right)
    assert len(frame) == len(right)
    known = 0
    for row in frame.to_dict("records"):
        answers = right[row["form_code"], row["item_no"]]
        assert row["count_takers"] == len(answers)
        if row["difficulty"] == row["difficulty"]:
            known += 1
            assert row["difficulty"] == pytest.approx(sum(answers) / len(answers), abs=5.1e-5)
        else:
            assert row["not_computable_code"] == "too few people"
    assert known


def _an_item(release: Release) -> tuple[str, str, int]:
    row = next(row for row in testing.items(release, TestFilters(STAGE)) if row["difficulty"] is not None)
    return row["form_code"], row["language_code"], row["item_no"]


def test_the_address_names_one_item_and_its_options_are_those_of_the_answers(
    monkeypatch: pytest.MonkeyPatch,
    made: Path,
    tmp_path: Path,
    season: duckdb.DuckDBPyConnection,
    release: Release,
) -> None:
    form, language, item = _an_item(release)
    item += 3
    key = f"item_{STAGE}_all_all"
    app = open_page(
        monkeypatch, "tests", made / "releases", tmp_path, tests_part="items",
        **{key: f"{form}.{language}.{item}"},
    )  # fmt: skip
    assert app.selectbox(key=key).value == f"{form}.{language}.{item}"
    sat = {row["candidate"] for row in people(season)}
    chosen = Counter(
        option or "no answer"
        for option, candidate in season.execute(
            "select chosen_option_code, candidate_no from core.fct_item_answers"
            " where stage_code = ? and form_code = ? and item_no = ?",
            [STAGE, form, item],
        ).fetchall()
        if candidate in sat
    )
    cells = table_cells(app, load_texts("en")("tests.one_item_title"))
    counts = {row[0].removesuffix(" ✓"): int(row[1]) for row in cells}
    assert {option: count for option, count in counts.items() if count} == dict(chosen)
    assert sum(row[0].endswith(" ✓") for row in cells) == 1
    options = testing.options(release, STAGE, (form, language, item))
    for side in ("share_upper", "share_lower"):
        assert sum(row[side] for row in options) == pytest.approx(1, abs=5e-4)


def test_hours_are_whole_ones_from_the_first_start(
    season: duckdb.DuckDBPyConnection, release: Release
) -> None:
    form, language, item = _an_item(release)
    [(least,)] = season.execute(
        "select value::integer from seeds.policy where parameter_code = 'measurement_min_group'"
    ).fetchall()
    sat = {row["candidate"] for row in people(season)}
    answers = [
        row
        for row in season.execute(
            "select candidate_no, epoch(started_at)::bigint, is_right from core.fct_item_answers"
            " where stage_code = ? and form_code = ? and language_code = ? and item_no = ?",
            [STAGE, form, language, item],
        ).fetchall()
        if row[0] in sat
    ]
    first = min(row[1] for row in answers)
    hours: dict[int, list[bool]] = defaultdict(list)
    for _, moment, is_right in answers:
        hours[(moment - first) // 3600].append(is_right)
    found = testing.hours(release, STAGE, (form, language, item))
    assert [(row["hour_no"], row["count_begun"]) for row in found] == [
        (hour, len(own)) for hour, own in sorted(hours.items())
    ]
    for row in found:
        own = hours[row["hour_no"]]
        if len(own) < least:
            assert row["share_right"] is None
        else:
            assert row["share_right"] == pytest.approx(sum(own) / len(own), abs=5.1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", ["groups", "hours", "pairs"])
def test_without_results_the_page_names_the_command(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, section: str, language: str
) -> None:
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, language, tests_part=section)
    said = " ".join(info.value for info in app.info)
    command = {"groups": "dif", "hours": "drift", "pairs": "similarity"}[section]
    assert f"rezerv measurement {command}" in said and release_file(made).stem in said


def _results(made: Path, tmp_path: Path, method: str, **tables: list[dict[str, Any]]) -> Path:
    return write_results(tmp_path / "measurement", release_file(made).stem, method, tables)


def test_groups_show_the_worst_class_first_and_only_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    few = dif_row(4, None, None, p_value=None, not_computable_code="TOO_FEW")
    _results(
        made, tmp_path, "dif",
        items=[
            dif_row(1, 0.1, "A"), dif_row(2, -1.2, "B", favours_code="kk"),
            dif_row(3, 1.9, "C", favours_code="ru"), few,
            dif_row(9, 0.3, "A", stage_code="numeric_test"),
            dif_row(7, -1.1, "B", kind_code="sex", form_code="TEX-KK-1", reference_code="male",
                    focal_code="female", favours_code="male"),
        ],
    )  # fmt: skip
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, tests_part="groups")
    frame: Any = app.dataframe[0].value
    assert frame["item_no"].tolist() == [3, 2, 1, 4]
    assert frame["favours_code"].tolist()[:2] == ["Russian", "Kazakh"]
    assert frame["not_computable_code"].tolist()[3] == "too few people"
    app.selectbox(key="dif_kind").set_value("sex").run()
    assert not app.exception
    frame = app.dataframe[0].value
    assert frame["item_no"].tolist() == [7] and frame["focal_code"].tolist() == ["female"]


def test_what_drifts_comes_first_and_its_item_is_drawn(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, release: Release
) -> None:
    form, language, item = _an_item(release)
    place = {"form_code": form, "language_code": language}
    _results(
        made, tmp_path, "drift",
        items=[
            drift_row(None, **place, p_adjusted=0.9), drift_row(item, **place, p_adjusted=0.3),
            drift_row(item + 1, **place, p_adjusted=0.0000001, flag_code="EASIER_LATER"),
        ],
    )  # fmt: skip
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, tests_part="hours")
    frame: Any = app.dataframe[0].value
    assert frame["item_no"].tolist() == [str(item + 1), str(item), "whole"]
    assert frame["flag_code"].tolist()[0] == "easier later"
    chosen = app.selectbox(key=f"hour_{STAGE}_all_all")
    assert chosen.value == f"{form}.{language}.{item + 1}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_pairs_are_flags_by_number_the_surest_first(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    texts = load_texts(language)
    forms = [{**FORM, "count_takers": 200, "count_pairs": 19900, "count_flagged": 2,
              "not_computable_code": None}]  # fmt: skip
    pairs = [pair_row("R25-1", "R25-2"), pair_row("R25-3", "R25-4", p_answers=None, p_times=0.00001)]
    _results(made, tmp_path, "similarity", pairs=pairs, forms=forms)
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, language, tests_part="pairs")
    assert app.warning[0].value == texts("tests.pairs_note")
    frame: Any = app.dataframe[0].value
    assert frame["first_candidate_no"].tolist() == ["R25-3", "R25-1"]
    assert table_cells(app, texts("tests.compared"))[0][3].replace("\u00a0", ",") == "19,900"


def test_altered_results_are_not_shown(monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path) -> None:
    folder = _results(made, tmp_path, "dif", items=[dif_row(1, 0.1, "A")])
    (folder / "items.parquet").write_bytes(b"PAR1")
    app = open_page(monkeypatch, "tests", made / "releases", tmp_path, tests_part="groups")
    assert "dif-v2" in app.error[0].value and not app.dataframe


def test_unknown_codes_of_an_address_choose_nothing(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    odd = {f"form_{STAGE}": "XX", f"language_{STAGE}": "tlh", f"item_{STAGE}_all_all": "TEX.kk.x"}
    app = open_page(
        monkeypatch, "tests", made / "releases", tmp_path, test_stage="nothing", tests_part="secret",
        test_track="moon", **odd,
    )  # fmt: skip
    assert app.subheader[0].value == load_texts("en")("tests.part_scores")
    assert figures(app) == figures(open_page(monkeypatch, "tests", made / "releases", tmp_path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_older_release_is_explained(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    releases = changed_release(made, tmp_path, "drop table reporting.rpt_item_hours")
    app = open_page(monkeypatch, "tests", releases, tmp_path, language)
    assert app.title[0].value == load_texts(language)("error.tables_missing.title")
    assert "rpt_item_hours" in app.error[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_first_test_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    tables = [name for name in testing.NEEDED_TABLES if name.startswith("reporting.")]
    releases = changed_release(made, tmp_path, *(f"delete from {name}" for name in tables))
    app = open_page(monkeypatch, "tests", releases, tmp_path, language)
    assert [info.value for info in app.info] == [load_texts(language)("tests.nobody")]


def test_one_person_alone_is_a_page_without_statistics(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    releases = changed_release(
        made, tmp_path,
        "delete from reporting.rpt_form_scores where stage_code <> 'text_test'",
        "create or replace temp table one as select * from reporting.rpt_form_scores limit 1",
        "delete from reporting.rpt_form_scores",
        "insert into reporting.rpt_form_scores select * replace (1 as count_people) from one",
        "delete from reporting.rpt_cut_fragility", "delete from reporting.rpt_item_options",
        "delete from reporting.rpt_item_hours",
        "update reporting.rpt_form_statistics set error_points = null, count_near_cutoff = null,"
        " not_computable_code = 'TOO_FEW'",
        "update reporting.rpt_item_statistics set difficulty = null, item_rest_correlation = null,"
        " discrimination = null, item_flag_codes = null, not_computable_code = 'TOO_FEW'",
    )  # fmt: skip
    app = open_page(monkeypatch, "tests", releases, tmp_path)
    assert len(table_cells(app, load_texts("en")("tests.part_scores"))) == 1
    for section in SECTIONS:
        [control] = app.get("button_group")
        control.set_value(section).run()
        assert not app.exception, section


def test_no_item_text_and_no_key_column_is_handed_out() -> None:
    columns = set(tests_items._ITEM_COLUMNS) | set(tests_page._FORM_COLUMNS)
    assert not {"is_key", "item_text"} & columns


def test_every_part_is_written_down() -> None:
    shown = {"scores", "forms", "cut", *tests_items.SECTIONS}
    assert shown == set(SECTIONS) == set(tests_page.PARTS)


@pytest.mark.parametrize(
    ("value", "digits", "language", "written"),
    [
        (0.125, 2, "en", "0.12"), (-0.001, 2, "en", "0.00"), (1.5, 1, "ru", "1,5"), (None, 2, "kk", "–"),
        (float("nan"), 2, "en", "–"), (-0.5, 2, "kk", "-0,50"),
    ],
)  # fmt: skip
def test_measured_numbers(value: float | None, digits: int, language: str, written: str) -> None:
    assert measures.decimal(value, digits, language) == written


def test_small_chances_and_shares_are_written_as_such() -> None:
    assert measures.p_value(0.00001, "en") == "< 0.0001" and measures.p_value(0.00001, "ru") == "< 0,0001"
    assert measures.p_value(0.0123, "en") == "0.0123" and measures.p_value(None, "en") == "–"
    assert measures.percent(0.256, "en") == "26 %" and measures.percent(None, "en") == "–"
    assert measures.words("WEAK, HARD", load_texts("en")) == "weak, very hard"
    assert measures.words(None, load_texts("en")) == ""


def test_tables_tell_what_their_columns_mean(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    for language in LANGUAGES:
        app = open_page(monkeypatch, "tests", made / "releases", tmp_path, language, tests_part="cut")
        assert html(app).count(' title="') >= 7
