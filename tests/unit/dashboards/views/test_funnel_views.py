"""The views of the funnel on a real small season: by language, on a day, against another, by a click."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards import warehouse
from dashboards.components import charts, charts_funnel
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import funnel, funnel_compared, funnel_days, funnel_people
from dashboards.warehouse import Release, current_release, selection
from dashboards.warehouse import funnel as funnel_sql
from dashboards.warehouse.selection import Filters
from tests.support.fake_release import write_pointer, write_release
from tests.support.visits import visit_of

EARLIER = "2025-20250101T000000Z-00000000"


@pytest.fixture
def release(made: Path) -> Release:
    return current_release(made / "releases")


@pytest.fixture(scope="module")
def two_releases(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The season's release, and one before it in which one person less went on from the text test."""
    folder = tmp_path_factory.mktemp("two_releases")
    [file] = (made / "releases").glob("*.duckdb")
    now, before = Path(shutil.copy(file, folder)), Path(shutil.copy(file, folder / f"{EARLIER}.duckdb"))
    one = (
        "(select min(rowid) from reporting.rpt_funnel where stage_code = 'text_test' and count_admitted > 0)"
    )
    with duckdb.connect(str(before)) as connection:
        connection.execute(f"update release.manifest set release_id = '{EARLIER}'")
        connection.execute(
            "update reporting.rpt_funnel set count_admitted = count_admitted - 1,"
            f" count_not_admitted = count_not_admitted + 1 where rowid = {one}"
        )
    with duckdb.connect(str(now)) as connection:
        connection.execute(f"update release.manifest set previous_release_id = '{EARLIER}'")
        connection.execute(
            "insert into release.changes select season_code, stage_code, track_code, candidate_no, 'status',"
            " 'not_admitted', status_code, null, score_points, null, rank from reporting.rpt_shortlists"
            " where stage_code = 'text_test' and is_admitted order by track_code, candidate_no limit 1"
        )
    write_pointer(folder, now)
    return folder


def _page(language: str) -> None:
    from dashboards.views import funnel
    from tests.support.visits import current_visit

    funnel.render(current_visit(language))


def _run(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str = "en", **query: str) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    app = AppTest.from_function(_page, default_timeout=30, kwargs={"language": language})
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_people_are_filtered_by_the_language_of_their_tests(release: Release) -> None:
    filters = Filters(tracks=("social", "digital"), test_languages=("kk",))
    expected = {
        (row["stage_code"], row["track_code"]): row["people"]
        for row in release.rows(
            "select r.stage_code, r.track_code, count(*) as people from selection.sel_stage_results as r"
            " inner join core.dim_candidates as c using (season_code, candidate_no)"
            " where r.track_code in ('social', 'digital') and c.test_language_code = 'kk' group by all"
        )
    }
    counts = selection.funnel_counts(release, filters)
    assert {(row["stage_code"], row["track_code"]): row["count_entered"] for row in counts} == expected
    listed = selection.candidates(release, "text_test", "social", None, filters)
    assert len(listed) == expected["text_test", "social"]
    assert sum(selection.status_counts(release, "text_test", "social", filters).values()) == len(listed)
    assert filters.narrows_within_tracks
    assert selection.candidates(release, "text_test", "social", None, filters, limit=2) == listed[:2]


def test_the_language_is_in_the_address(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    app = _run(monkeypatch, made / "releases", filter_test_languages="ru")
    assert not app.exception
    assert app.multiselect(key="filter_test_languages").value == ["ru"]
    app = _run(monkeypatch, made / "releases", filter_test_languages="en")
    assert app.multiselect(key="filter_test_languages").value == []


def test_an_older_release_is_filtered_without_the_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = write_release(tmp_path, size=120)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table seeds.test_languages")
    write_pointer(tmp_path, file)
    app = _run(monkeypatch, tmp_path, filter_sexes="female")
    assert not app.exception
    assert [choice.key for choice in app.multiselect][-1] == "filter_employer_types"
    assert app.multiselect(key="filter_sexes").value == ["female"]


@pytest.mark.parametrize("shown_on", ["2025-06-15", "2025-07-31", "2025-08-08", "2025-10-28"])
def test_a_day_shows_the_lists_that_were_published_by_it(release: Release, shown_on: str) -> None:
    """Worked out from accounts, results and the calendar, without the model that the page reads."""
    published = {
        row["stage_code"]: row["at"].date()
        for row in release.rows(
            "select stage_code, starts_local as at from seeds.calendar where event_code = 'published'"
        )
    }
    stages, day = [row["stage_code"] for row in selection.stages(release)], date.fromisoformat(shown_on)
    expected: dict[str, tuple[int, int | None]] = {}
    for position, stage in enumerate(stages):
        if position and published[stages[position - 1]] > day:
            break
        opened = f"and (c.registered_at + interval '5 hours')::date <= date '{day}'" if not position else ""
        [row] = release.rows(
            "select count(*) as entered, count(*) filter (r.is_admitted) as admitted"
            " from selection.sel_stage_results as r inner join core.dim_candidates as c using (candidate_no)"
            f" where r.stage_code = '{stage}' {opened}"
        )
        expected[stage] = (row["entered"], row["admitted"] if published[stage] <= day else None)
    shown: dict[str, tuple[int, int | None]] = {}
    for row in funnel_sql.on_day(release, day):
        entered, admitted = shown.get(row["stage_code"], (0, None))
        more = row["count_admitted"]
        shown[row["stage_code"]] = (
            entered + row["count_entered"],
            None if more is None else (admitted or 0) + more,
        )
    assert shown == expected


def test_the_last_day_is_the_funnel_as_it_stands(release: Release) -> None:
    span = funnel_sql.span(release)
    assert span is not None
    shown = {
        (row["stage_code"], row["track_code"]): (row["count_entered"], row["count_admitted"])
        for row in funnel_sql.on_day(release, span[1])
    }
    stands = {
        (row["stage_code"], row["track_code"]): (row["count_entered"], row["count_admitted"])
        for row in selection.funnel_counts(release, Filters())
    }
    assert shown == stands
    rows = funnel_days.day_rows(
        visit_of(release),
        ("agro",),
        warehouse.names(release, "stages", "en"),
        warehouse.names(release, "tracks", "en"),
    )
    assert rows and {row[3] for row in rows} == {"agro"}
    assert all(len(row) == len(funnel_days._FILE_COLUMNS) for row in rows)


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ("2025-08-12", date(2025, 8, 12)),
        ("2024-01-01", date(2025, 6, 1)),
        ("2026-01-01", date(2025, 10, 28)),
        ("12.08.2025", date(2025, 10, 28)),
        (None, date(2025, 10, 28)),
    ],
)
def test_a_day_of_the_address_lies_within_the_season(asked: str | None, day: date) -> None:
    assert funnel_days.asked_day(asked, date(2025, 6, 1), date(2025, 10, 28)) == day


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_day_is_moved_and_stands_in_the_address(
    monkeypatch: pytest.MonkeyPatch, made: Path, language: str
) -> None:
    app = _run(monkeypatch, made / "releases", language, funnel_view="day", funnel_day="2025-08-12")
    texts = load_texts(language)
    assert not app.exception
    assert app.slider[0].value == date(2025, 8, 12)
    assert texts("funnel.day_unpublished") in _html(app)
    app.slider[0].set_value(date(2025, 10, 28)).run()
    assert not app.exception
    assert "funnel_day" not in app.query_params
    assert texts("funnel.day_unpublished") not in _html(app)


def test_a_release_without_days_is_explained(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release
) -> None:
    with pytest.raises(warehouse.TablesMissing, match="rpt_funnel_days"):
        funnel_days.show(visit_of(current_release(releases)))


def test_two_releases_are_set_side_by_side(two_releases: Path) -> None:
    now = current_release(two_releases)
    assert funnel_compared.other_releases(now) == [EARLIER]
    before = warehouse.earlier_release(now, EARLIER)
    rows = funnel_compared.compared_rows(now, before, (), load_texts("en"))
    different = [row for row in rows if row[6] or row[9]]
    assert [(row[0], row[6], row[9]) for row in different] == [("text_test", 0, 1)]
    [row] = different
    went_on = sum(
        one["count_admitted"]
        for one in selection.funnel_counts(now, Filters(tracks=(str(row[2]),)))
        if one["stage_code"] == "text_test"
    )
    assert (row[7], row[8]) == (went_on - 1, went_on)
    assert funnel_compared._cells([2, 1, -1, 0, 1200, 1200], load_texts("en")) == [
        "2", "1", "−1", "0", "1,200", "+1,200",
    ]  # fmt: skip


def test_who_changed_is_listed_against_the_release_before(
    monkeypatch: pytest.MonkeyPatch, two_releases: Path
) -> None:
    app = _run(monkeypatch, two_releases, funnel_view="compared", changes_kind="status", changes_stage="?")
    assert not app.exception
    [person] = current_release(two_releases).rows("select candidate_no from release.changes")
    frame = app.dataframe[0].value
    [link] = frame["candidate_no"]
    assert link.startswith(f"candidate?candidate={person['candidate_no']}&")
    assert list(frame["change"]) == [load_texts("en")("funnel.change_status")]
    app.selectbox(key="funnel_rows").set_value("all").run()
    assert _html(app).count("<tr") > 54


def test_who_changed_against_another_release_is_not_claimed(
    monkeypatch: pytest.MonkeyPatch, two_releases: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "releases"
    shutil.copytree(two_releases, folder)
    pointed = json.loads((folder / "CURRENT.json").read_text())["file"]
    with duckdb.connect(str(folder / pointed)) as connection:
        connection.execute("update release.manifest set previous_release_id = 'gone'")
    app = _run(monkeypatch, folder, funnel_view="compared")
    assert not app.exception
    assert load_texts("en")("funnel.changes_elsewhere") in [info.value for info in app.info]
    assert not app.dataframe


def test_a_release_alone_has_nothing_to_be_compared_with(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    app = _run(monkeypatch, made / "releases", funnel_view="compared")
    assert not app.exception
    assert [info.value for info in app.info] == [load_texts("en")("funnel.no_other")]


def test_an_unknown_view_of_the_address_is_the_first(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    app = _run(monkeypatch, made / "releases", funnel_view="tomorrow")
    assert not app.exception
    assert load_texts("en")("funnel.drill") in [heading.value for heading in app.subheader]


def test_a_click_chooses_the_people_once(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    clicked = [{"stage_code": "text_test", "outcome_code": "count_absent"}]
    funnel_people.take_pick("flow", clicked)
    assert (state["drill_stage"], state["drill_track"], state["drill_status"]) == ("text_test", "", "absent")
    state["drill_stage"] = "interview"
    funnel_people.take_pick("flow", clicked)
    assert state["drill_stage"] == "interview"
    funnel_people.take_pick("tracks", [{"stage_code": "vetting", "track_code": "agro"}])
    assert (state["drill_stage"], state["drill_track"], state["drill_status"]) == ("vetting", "agro", "")
    funnel_people.take_pick("tracks", [])
    assert state["drill_stage"] == "vetting"


def test_the_flow_is_everybody_by_what_became_of_them(release: Release) -> None:
    read = funnel.read_funnel(release, Filters(), "en")
    totals = {
        stage: {name: read.total(stage, name) for name in selection.FUNNEL_COUNTS} for stage in read.stages
    }
    bars, bands = charts_funnel.flow_records(totals, read.stages, load_texts("en"))
    for stage in read.stages:
        found = [bar for bar in bars if bar["stage_code"] == stage]
        assert found[0]["start"] == 0
        assert sum(bar["end"] - bar["start"] for bar in found) == totals[stage]["count_entered"]
    assert [band["end"] for band in bands] == [
        totals[stage]["count_entered"] for stage in list(read.stages)[1:]
    ]


def test_one_person_is_a_funnel() -> None:
    texts = load_texts("en")
    totals = {
        "one": {"count_entered": 1, "count_admitted": 1},
        "two": {"count_entered": 1, "count_absent": 1},
    }
    bars, bands = charts_funnel.flow_records(totals, {"one": "One", "two": "Two"}, texts)
    assert [(bar["start"], bar["end"]) for bar in bars] == [(0, 1), (0, 1)] and len(bands) == 1
    pick = charts_funnel.pick_by_click("stage_code", "outcome_code")
    drawn = charts_funnel.flow_chart(totals, {"one": "One", "two": "Two"}, texts, pick).to_dict()
    assert json.dumps(drawn).count(f'"name": "{charts_funnel.PICK}"') == 1
    counts = {("one", "agro"): {"count_entered": 1, "count_admitted": None}}
    [record] = charts.funnel_records(counts, {"one": "One"}, {"agro": "Agro"}, texts)
    assert record["sentence"] == "1 entered, – go on" and record["inner_left"] == record["inner_right"]


def test_the_longest_lists_show_their_beginning(
    monkeypatch: pytest.MonkeyPatch, made: Path, release: Release
) -> None:
    monkeypatch.setattr(funnel_people, "LIMIT", 3)
    app = _run(monkeypatch, made / "releases", drill_stage="registration")
    assert not app.exception
    assert len(app.dataframe[0].value) == 3
    people = selection.candidates(release, "registration", None, None, Filters())
    assert any(f"**{len(people)}**" in text.value for text in app.markdown)
    assert load_texts("en")("download.first_only", limit="3") in [one.value for one in app.caption]
