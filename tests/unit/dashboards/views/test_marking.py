"""The page of marking: its numbers against the panels and marks of a small real season."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.components import charts_marking, charts_rows
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import marking, marking_raters
from dashboards.views.marking_raters import MarkingFilters
from dashboards.warehouse import Release, names
from dashboards.warehouse import marking as marking_sql
from tests.support.measured_files import agreement_row, rater_row, shadow_row, side_row, write_results
from tests.support.page_of_season import (
    changed_release,
    figures,
    open_page,
    release_file,
    table_cells,
)

SECTIONS = ("progress", "works", "marks", "raters", "agreement", "shadow")


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


def panels(season: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Everybody who is to be marked: stage, track, whether there is a result, whether marks are far apart."""
    found = season.execute(
        "select p.stage_code, r.track_code, p.candidate_no, p.outcome_code = 'VALID', p.is_disagreement,"
        " r.status_code, p.count_whole"
        " from core.fct_panels as p, selection.sel_stage_results as r"
        " where p.stage_code = r.stage_code and p.candidate_no = r.candidate_no"
        " and (p.work_no is not null or p.raters_expected is null)"
    ).fetchall()
    keys = ("stage", "track", "candidate", "is_marked", "is_apart", "status", "sets")
    return [dict(zip(keys, row, strict=True)) for row in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_opens_in_every_language(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    texts = load_texts(language)
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, language)
    assert app.title[0].value == texts("marking.title")
    for section in SECTIONS:
        [control] = app.get("button_group")
        control.set_value(section).run()
        assert not app.exception
        assert app.subheader[0].value == texts(f"marking.part_{section}")
        assert texts("measured.advisory") in [caption.value for caption in app.caption]


def test_progress_is_that_of_the_panels(
    monkeypatch: pytest.MonkeyPatch,
    made: Path,
    tmp_path: Path,
    season: duckdb.DuckDBPyConnection,
    release: Release,
) -> None:
    given = panels(season)
    [(refused,)] = season.execute("select count(*) from reporting.rpt_refused_marks").fetchall()
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path)
    marked = sum(row["is_marked"] for row in given)
    assert figures(app) == [
        str(count)
        for count in (
            len(given), marked, len(given) - marked, sum(row["is_apart"] for row in given), refused
        )
    ]  # fmt: skip
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    stages, tracks = names(release, "stages", "en"), names(release, "tracks", "en")
    for row in given:
        groups[stages[row["stage"]], tracks[row["track"]]].append(row)
    cells = {(row[0], row[1]): row[2:] for row in table_cells(app, load_texts("en")("marking.part_progress"))}
    assert cells.keys() == groups.keys()
    for place, own in groups.items():
        waiting = [row for row in own if not row["is_marked"]]
        assert cells[place] == [
            str(len(own)), str(len(own) - len(waiting)), str(len(waiting)),
            str(sum(row["sets"] == 0 for row in own)),
            str(sum(row["status"] == "not_publishable" for row in waiting)),
            str(sum(row["sets"] for row in own)), str(sum(row["is_apart"] for row in own)),
        ]  # fmt: skip


def test_bars_of_all_stages_are_sums_of_their_tracks(release: Release) -> None:
    by_stage = marking_sql.progress_by_stage(release, None)
    for row in by_stage:
        tracks = marking_sql.progress(release, row["stage_code"], None)
        assert row["count_to_mark"] == sum(track["count_to_mark"] for track in tracks)
        assert row["count_waiting"] == sum(track["count_waiting"] for track in tracks)
    assert [row["stage_code"] for row in by_stage] == marking_sql.stages(release)
    [track] = {row["track_code"] for row in marking_sql.progress(release, None, "digital")}
    assert track == "digital"


def test_who_owes_is_named_by_code_with_the_days_left(
    season: duckdb.DuckDBPyConnection, release: Release
) -> None:
    [(as_of,)] = season.execute("select coalesce(as_of, published_at) from release.manifest").fetchall()
    owing = season.execute(
        "select o.candidate_no, o.rater_code, s.published_at from core.fct_marks_owed as o"
        " inner join core.dim_stages as s using (stage_code)"
        " inner join selection.sel_stage_results as r using (stage_code, candidate_no)"
        " where r.status_code = 'not_publishable'"
    ).fetchall()
    assert owing
    filters = _filters(release)
    rows = marking.owed_rows(marking_sql.owed(release, None, None, "en"), filters, load_texts("en"))
    shown = {(row[6], row[0]): row[1] for row in rows}
    assert len(shown) == len(rows) == len(owing)
    for candidate, rater, published in owing:
        assert shown[candidate, rater or "nobody asked"] == _whole_days(as_of, published)


def _whole_days(start: datetime, end: datetime) -> int:
    return (end - start).days


def _filters(release: Release) -> MarkingFilters:
    stages = names(release, "stages", "en")
    known = {code: stages[code] for code in marking_sql.stages(release)}
    return MarkingFilters(None, None, known, names(release, "tracks", "en"))


def test_works_are_flagged_by_words_time_and_distance(
    monkeypatch: pytest.MonkeyPatch,
    made: Path,
    tmp_path: Path,
    season: duckdb.DuckDBPyConnection,
    release: Release,
) -> None:
    [(words, minutes)] = season.execute(
        "select words_limit, duration_minutes from seeds.stage_scoring where words_limit is not null"
    ).fetchall()
    works = season.execute("select count_words, duration_seconds from core.fct_works_to_mark").fetchall()
    counts = marking_sql.work_counts(release, None, None)
    assert counts["every"] == len(works)
    assert counts["words"] == sum(row[0] > words for row in works)
    assert counts["time"] == sum(row[1] > minutes * 60 for row in works)
    assert counts["disagreement"] == sum(row["is_apart"] for row in panels(season))
    assert max(counts["words"], counts["time"]) <= counts["flagged"] <= counts["every"]
    for flag, count in counts.items():
        assert len(marking_sql.works(release, None, None, flag)) == count
        app = open_page(
            monkeypatch, "marking", made / "releases", tmp_path, marking_part="works", marking_flag=flag
        )
        first: Any = app.dataframe[0].value if count else None
        assert (
            (len(first) == count)
            if count
            else load_texts("en")("marking.no_flagged") in [info.value for info in app.info]
        )
    assert len(marking_sql.works(release, None, None, "every", limit=2)) == 2


def test_a_work_says_why_it_is_flagged(release: Release) -> None:
    row = {
        "work_no": "W-1", "candidate_no": "R25-1", "track_code": "digital", "case_code": "C",
        "points_apart": None, "count_words": 501, "duration_seconds": 2701, "count_whole": 3,
        "count_outsiders": 1, "is_disagreement": True, "is_over_words": True, "is_over_time": True,
    }  # fmt: skip
    [shown] = marking.work_rows([row], _filters(release), load_texts("en"))
    assert shown[2] == "marks far apart, too many words, over the time, expert not asked"
    assert shown[5] == 45
    quiet = row | dict.fromkeys(("is_disagreement", "is_over_words", "is_over_time"), False)
    [shown] = marking.work_rows([quiet | {"count_outsiders": 0}], _filters(release), load_texts("en"))
    assert shown[2] == ""


def test_marks_are_counted_by_criterion(season: duckdb.DuckDBPyConnection, release: Release) -> None:
    given = season.execute(
        "select m.stage_code, m.criterion_code, m.points, r.track_code from core.fct_rater_marks as m"
        " inner join selection.sel_stage_results as r using (stage_code, candidate_no)"
        " where not m.is_recused and not m.is_observer and m.points is not null"
    ).fetchall()
    for stage in marking_sql.stages(release):
        for track in (None, "social"):
            own = [row for row in given if row[0] == stage and track in (None, row[3])]
            counts, totals = Counter(row[1:3] for row in own), Counter(row[1] for row in own)
            found = marking_sql.mark_points(release, stage, track)
            assert {(row["criterion_code"], row["points"]): row["count_given"] for row in found} == counts
            for row in found:
                points = [one[2] for one in own if one[1] == row["criterion_code"]]
                assert row["count_marks_given"] == totals[row["criterion_code"]]
                assert float(row["share_given"]) == pytest.approx(
                    row["count_given"] / len(points), abs=5.1e-5
                )
                assert float(row["mean_mark"]) == pytest.approx(sum(points) / len(points), abs=5.1e-3)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", ["raters", "agreement", "shadow"])
def test_without_results_the_page_names_the_command(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, section: str, language: str
) -> None:
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, language, marking_part=section)
    [said] = [info.value for info in app.info]
    assert "rezerv measurement marking" in said and release_file(made).stem in said
    assert ("[rasch]" in " ".join(c.value for c in app.caption)) == (section != "agreement")


def _results(made: Path, tmp_path: Path, method: str, **tables: list[dict[str, Any]]) -> Path:
    return write_results(tmp_path / "measurement", release_file(made).stem, method, tables)


def test_experts_are_sorted_by_severity_within_their_stage(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    raters = [
        rater_row("IV-01", 2.0, stage_code="interview"), rater_row("EX-03", -0.7, flag_codes="LENIENT"),
        rater_row("EX-01", 0.9, flag_codes="SEVERE, HALO"), rater_row("EX-02", 0.9),
        rater_row("EX-04", None, not_computable_code="TOO_FEW"),
    ]  # fmt: skip
    _results(made, tmp_path, "facets", raters=raters, shadow=[], sides=[], models=[])
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, marking_part="raters")
    frame: Any = app.dataframe[0].value
    assert frame["rater_code"].tolist() == ["EX-01", "EX-02", "EX-04", "EX-03", "IV-01"]
    assert frame["flag_codes"].tolist()[0] == "severe, same mark for all criteria"
    assert frame["not_computable_code"].tolist()[2] == "too few people"
    app.selectbox(key="marking_stage").set_value("interview").run()
    assert not app.exception
    frame = app.dataframe[0].value
    assert frame["rater_code"].tolist() == ["IV-01"]
    records = charts_marking.rater_records(raters[1:], load_texts("en"))
    assert [record["rater"] for record in records] == ["EX-01", "EX-02", "EX-03"]
    assert records[0]["low"] == pytest.approx(0.9 - 1.96 * 0.2)
    assert records[0]["high"] == pytest.approx(0.9 + 1.96 * 0.2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_agreement_has_the_names_of_criteria_and_their_intervals(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    few = dict.fromkeys(("icc_single", "icc_average", "alpha", "alpha_low", "alpha_high"))
    _results(
        made, tmp_path, "agreement",
        criteria=[
            agreement_row("all"), agreement_row("problem_analysis", alpha=0.3, alpha_low=-0.1),
            agreement_row("values", stage_code="interview", **few, not_computable_code="TOO_FEW"),
        ],
    )  # fmt: skip
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, language, marking_part="agreement")
    texts = load_texts(language)
    cells = table_cells(app, texts("marking.part_agreement"))
    comma = "." if language == "en" else ","
    assert [row[7:10] for row in cells] == [
        ["0.55".replace(".", comma), "0.45".replace(".", comma), "0.65".replace(".", comma)],
        ["0.30".replace(".", comma), "-0.10".replace(".", comma), "0.65".replace(".", comma)],
        ["–", "–", "–"],
    ]
    assert cells[0][1] == texts("marking.all_criteria") and cells[2][-1] == texts("measured.TOO_FEW")


def test_the_list_without_severity_names_both_sides(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    texts = load_texts("en")
    _results(
        made, tmp_path, "facets",
        raters=[], models=[], shadow=[shadow_row("agro", 2, 1), shadow_row("digital", 1, 1)],
        sides=[
            side_row("agro", "R25-1", False), side_row("agro", "R25-2", True),
            side_row("agro", "R25-3", True), side_row("digital", "R25-4", False),
            side_row("digital", "R25-5", True),
        ],
    )  # fmt: skip
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, marking_part="shadow")
    assert texts("marking.shadow_count", places="**2**", of="80") in [text.value for text in app.markdown]
    assert app.warning[0].value == texts("marking.shadow_note")
    frame: Any = app.dataframe[0].value
    assert frame["side"].tolist() == [
        texts(f"marking.would_{side}") for side in ("leave", "enter", "enter", "leave", "enter")
    ]
    app.selectbox(key="marking_track").set_value("digital").run()
    assert not app.exception
    frame = app.dataframe[0].value
    assert frame["candidate_no"].tolist() == ["R25-4", "R25-5"]


def test_results_of_an_older_version_without_the_sides_name_the_command(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    _results(made, tmp_path, "facets", raters=[rater_row("EX-01", 0.1)], shadow=[shadow_row("agro", 1, 1)])
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, marking_part="shadow")
    assert "rezerv measurement marking" in app.info[0].value
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, marking_part="raters")
    assert not app.info and len(app.dataframe[0].value) == 1


def test_unknown_codes_of_an_address_choose_nothing(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    odd = {"marking_stage": "x", "marking_track": "moon", "marking_part": "y", "marking_flag": "'; drop"}
    app = open_page(monkeypatch, "marking", made / "releases", tmp_path, **odd)
    assert app.subheader[0].value == load_texts("en")("marking.part_progress")
    assert figures(app) == figures(open_page(monkeypatch, "marking", made / "releases", tmp_path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_older_release_is_explained(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    releases = changed_release(made, tmp_path, "drop table reporting.rpt_mark_points")
    app = open_page(monkeypatch, "marking", releases, tmp_path, language)
    assert app.title[0].value == load_texts(language)("error.tables_missing.title")
    assert "rpt_mark_points" in app.error[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_empty_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path, language: str
) -> None:
    tables = [name for name in marking_sql.NEEDED_TABLES if name.startswith("reporting.")]
    releases = changed_release(made, tmp_path, *(f"delete from {name}" for name in tables))
    _results(made, tmp_path, "agreement", criteria=[])
    texts = load_texts(language)
    said = []
    app = open_page(monkeypatch, "marking", releases, tmp_path, language)
    for section in ("progress", "works", "marks", "agreement"):
        [control] = app.get("button_group")
        control.set_value(section).run()
        assert not app.exception
        said += [info.value for info in app.info]
    for key in ("nothing_to_mark", "nothing_owed", "no_works", "nothing_refused", "no_marks"):
        assert texts(f"marking.{key}") in said


def test_one_work_alone_fills_every_part(monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path) -> None:
    _results(made, tmp_path, "agreement", criteria=[agreement_row("all", count_works=1)])
    _results(
        made, tmp_path, "facets", raters=[rater_row("EX-01", 0.0)], models=[],
        shadow=[shadow_row("agro", 0, 0)], sides=[],
    )  # fmt: skip
    keep = "work_no <> (select min(work_no) from reporting.rpt_marked_works)"
    releases = changed_release(
        made, tmp_path, f"delete from reporting.rpt_marked_works where {keep}",
        "delete from reporting.rpt_marking_progress",
        "insert into reporting.rpt_marking_progress"
        " values ('2025', 'situational', 5, 'agro', 1, 1, 0, 0, 3, 0)",
    )  # fmt: skip
    app = open_page(monkeypatch, "marking", releases, tmp_path)
    assert figures(app)[:3] == ["1", "1", "0"]
    for section in SECTIONS:
        [control] = app.get("button_group")
        control.set_value(section).run()
        assert not app.exception, section


def test_marks_have_as_many_shades_as_the_scale() -> None:
    shades = charts_rows.shades(10, ("#000000", "#ff0000", "#ffffff"))
    assert len(set(shades)) == 10 and (shades[0], shades[-1]) == ("#000000", "#ffffff")
    assert charts_rows.shades(3, ("#000000", "#ff0000", "#ffffff"))[1] == "#ff0000"
    assert charts_rows.shades(1, ("#102030", "#ffffff")) == ["#102030"]


def test_ink_is_read_on_every_shade_of_marks() -> None:
    for shade in charts_rows.shades(10, charts_marking._MARKS):
        assert _contrast(shade, charts_rows.INK) >= 4.5


def _contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2.2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_part_is_written_down() -> None:
    shown = {"progress", "works", "marks", *marking_raters.SECTIONS}
    assert shown == set(SECTIONS) == set(marking.PARTS)
