"""The page of the season: what it shows, against the tables of a real small season asked directly."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import season, season_calendar
from dashboards.warehouse import Release, current_release
from dashboards.warehouse import season as season_sql
from tests.support.fake_release import write_pointer

# kind of thing -> how many of it are still to be done, asked where they are
DUE = {
    "answer_list": "core.fct_vetting_requests where state_code = 'sent'",
    "send_list": "core.fct_vetting_to_send",
    "settle_alert": "core.fct_vetting_alerts where is_open",
    "working_group_must_decide": "core.fct_document_work where work_code = 'working_group_must_decide'",
    "review_signal": "reporting.rpt_proctoring_queue",
    "decide_recording": "core.fct_proctoring_coverage where is_awaiting_decision",
    "decide_signal": "core.fct_proctoring_signals where is_awaiting_decision",
    "decide_hold": "selection.sel_stage_results where reason_code = 'VETTING_HOLD'",
    "give_marks": "selection.sel_stage_results where reason_code in ('MARK_MISSING', 'NO_QUORUM')",
    "publish_list": "reporting.rpt_publications where not is_published_by_act",
    "place_resit": "core.fct_places_owed where owed_code = 'resit'",
}


@pytest.fixture
def release(made: Path) -> Release:
    return current_release(made / "releases")


def _page(language: str) -> None:
    from dashboards.views import season
    from tests.support.visits import current_visit

    season.render(current_visit(language))


def _run(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str = "en", **query: str) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    app = AppTest.from_function(_page, default_timeout=30, kwargs={"language": language})
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def _changed(made: Path, folder: Path, *statements: str) -> Path:
    """A folder of releases whose release is the season's after `statements`."""
    [file] = (made / "releases").glob("*.duckdb")
    folder.mkdir(parents=True, exist_ok=True)
    copied = Path(shutil.copy(file, folder / file.name))
    with duckdb.connect(str(copied)) as connection:
        for statement in statements:
            connection.execute(statement)
    write_pointer(folder, copied)
    return folder


def test_everything_that_is_due_is_counted_where_it_is(release: Release) -> None:
    shown: dict[str, int] = {}
    for row in season_sql.tasks(release):
        shown[row["task_code"]] = shown.get(row["task_code"], 0) + row["count_due"]
    expected = {
        task: release.rows(f"select count(*) as people from {source}")[0]["people"]
        for task, source in DUE.items()
    }
    assert {task: shown.get(task, 0) for task in DUE} == expected
    assert sum(count > 0 for count in expected.values()) >= 5
    texts = load_texts("en")
    figures = dict(season.headline(release, season.read_season(release, texts), texts))
    assert figures[texts("season.figure_due")] == f"{sum(shown.values()):,}"
    late = sum(row["count_past_due"] for row in season_sql.tasks(release, only_overdue=True))
    assert figures[texts("season.figure_past_due")] == f"{late:,}"


def test_late_is_what_should_have_been_done(release: Release) -> None:
    as_of = release.manifest.as_of
    rows = season_sql.tasks(release)
    assert as_of is not None and rows
    for row in rows:
        assert row["is_overdue"] == (row["due_at"] is not None and row["due_at"] <= as_of), row
        assert row["is_overdue"] == (row["count_past_due"] > 0)
        assert row["count_past_due"] <= row["count_due"]
    late = [row["is_overdue"] for row in rows]
    assert late == sorted(late, reverse=True)


def test_one_turn_is_those_things_and_no_others(release: Release) -> None:
    everything = season_sql.tasks(release)
    by_turn = [row for turn in season_sql.turns(release) for row in season_sql.tasks(release, turn)]
    key = ("task_code", "stage_code", "subject_code")
    assert sorted(str([row[name] for name in key]) for row in by_turn) == sorted(
        str([row[name] for name in key]) for row in everything
    )
    assert season_sql.tasks(release, "' or true --") == []


def test_feeds_are_those_of_the_books(release: Release) -> None:
    books = {
        row["feed"]: row
        for row in release.rows(
            "select feed, count(*) as files, sum(count_landed) as landed, min(received_at) as first"
            " from core.fct_batches where state <> 'duplicate' group by feed"
        )
    }
    rows = season_sql.feeds(release)
    assert {row["feed"] for row in rows} >= set(books)
    for row in rows:
        book = books.get(row["feed"])
        assert row["count_files"] == (book["files"] if book else 0), row["feed"]
        assert row["count_landed"] == (book["landed"] if book else 0), row["feed"]
        assert row["first_received_at"] == (book["first"] if book else None), row["feed"]
        assert (row["feed_state_code"] in ("silent", "expected", "overdue")) == (book is None)


@pytest.mark.parametrize(
    ("moment", "said", "now", "next_event"),
    [
        ("2025-05-18 23:59", "not begun", None, "Outreach – campaign"),
        ("2025-05-19 00:00", "1 of 163", "Outreach – campaign", "Acceptance of documents – intake"),
        (
            "2025-08-02 12:00",
            "76 of 163",
            "textual information – sitting",
            "textual information – proctoring",
        ),
        ("2025-10-28 23:59", "163 of 163", None, None),
        ("2025-10-29 00:00", "over", None, None),
    ],
)
def test_the_page_says_where_the_season_is(
    release: Release, moment: str, said: str, now: str | None, next_event: str | None
) -> None:
    texts, now_local = load_texts("en"), datetime.fromisoformat(moment)
    read = season.read_season(release, texts)
    at = season.Season(
        now_local, season_sql.events(release, now_local), read.stages, read.tasks, read.subjects
    )
    assert season.headline(release, at, texts)[0][1] == said
    sentences = season.sentences(at, texts)
    going_on = [sentence for sentence in sentences if sentence.startswith("**Going on now:**")]
    coming = [sentence for sentence in sentences if sentence.startswith("**Next:**")]
    assert bool(going_on) == bool(now) and all(now in sentence for sentence in going_on if now)
    assert bool(coming) == bool(next_event) and all(next_event in one for one in coming if next_event)


def test_an_event_is_going_on_from_its_start_up_to_its_end(release: Release) -> None:
    [intake] = [
        row for row in season_sql.events(release, datetime(2025, 1, 1)) if row["event_code"] == "intake"
    ]
    states = [
        next(row["state"] for row in season_sql.events(release, moment) if row["event_code"] == "intake")
        for moment in (
            intake["starts_local"] - timedelta(seconds=1),
            intake["starts_local"],
            intake["ends_local"] - timedelta(seconds=1),
            intake["ends_local"],
        )
    ]
    assert states == ["to_come", "now", "now", "over"]
    texts = load_texts("en")
    assert season_calendar.end_text(intake, texts) == "30 Jun 2025"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_each_language(
    monkeypatch: pytest.MonkeyPatch, made: Path, language: str
) -> None:
    app = _run(monkeypatch, made / "releases", language)
    assert not app.exception and not app.error
    texts = load_texts(language)
    assert app.title[0].value == texts("season.title")
    headings = [heading.value for heading in app.subheader]
    assert headings == [texts("season.tasks"), texts("season.calendar"), texts("season.feeds")]
    html = _html(app)
    assert texts("season.overdue") in html and texts("feed_state.arrived") in html
    assert "platform__registrations" in html


def test_choices_are_codes_in_the_address(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    app = _run(monkeypatch, made / "releases", season_turn="publisher", season_view="overdue")
    assert app.selectbox(key="season_turn").value == "publisher"
    assert app.selectbox(key="season_view").value == "overdue"
    assert "Publish the list by an act" in _html(app) and "Answer the list" not in _html(app)
    app.selectbox(key="season_turn").set_value("").run()
    assert "season_turn" not in app.query_params
    assert "Answer the list" in _html(app)


def test_unknown_codes_of_the_address_are_left_out(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    app = _run(monkeypatch, made / "releases", season_turn="nobody", season_view="?")
    assert not app.exception
    assert (app.selectbox(key="season_turn").value, app.selectbox(key="season_view").value) == ("", "all")


def test_nothing_due_is_said_in_words(monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path) -> None:
    folder = _changed(made, tmp_path / "releases", "delete from reporting.rpt_season_tasks")
    app = _run(monkeypatch, folder)
    assert not app.exception
    assert load_texts("en")("season.no_tasks") in [info.value for info in app.info]
    assert ">0<" in _html(app)


def test_a_feed_that_did_not_come_is_first_and_counted(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    folder = _changed(
        made,
        tmp_path / "releases",
        "update reporting.rpt_feeds set feed_state_code = 'overdue' where feed = 'academy__experts'",
    )
    release = current_release(folder)
    first = season_sql.feeds(release)[0]
    assert first["feed"] == "academy__experts"
    before = season_sql.task_totals(current_release(made / "releases"))["count_feeds"]
    assert season_sql.task_totals(release)["count_feeds"] == before + 1
    assert "! has not come" in _html(_run(monkeypatch, folder))


def test_an_older_release_is_explained(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    from dashboards.warehouse import TablesMissing

    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    with pytest.raises(TablesMissing, match=r"rpt_season_tasks"):
        _page("en")


def test_files_hold_what_the_tables_show(release: Release) -> None:
    texts = load_texts("kk")
    read = season.read_season(release, texts)
    rows = season.task_rows(season_sql.tasks(release), read, texts)
    assert len(rows) == release.rows("select count(*) as n from reporting.rpt_season_tasks")[0]["n"]
    assert all(len(row) == len(season._TASK_FILE) for row in rows)
    feeds = season.feed_rows(season_sql.feeds(release), read, texts)
    assert all(len(row) == len(season._FEED_FILE) for row in feeds)
    dates = season_calendar.date_rows(read.events, read.stages, texts)
    assert len(dates) == release.rows("select count(*) as n from seeds.calendar")[0]["n"]
