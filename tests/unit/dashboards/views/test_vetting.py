from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.components import charts
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import vetting, vetting_documents, vetting_lists
from dashboards.warehouse import Release, names
from dashboards.warehouse import vetting as vetting_sql
from dashboards.warehouse.vetting import VettingFilters
from tests.support.fake_release import seed_rows, write_pointer, write_release
from tests.support.files_taken import keep_files, read_csv

EVERYTHING = VettingFilters()


def _page(language: str) -> None:
    from dashboards import warehouse
    from dashboards.components.messages import show_error
    from dashboards.i18n import load_texts
    from dashboards.views import vetting
    from tests.support.visits import current_visit

    try:
        vetting.render(current_visit(language))
    except warehouse.WarehouseError as error:
        show_error(error, load_texts(language))


def _open(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str = "en") -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    app = AppTest.from_function(_page, default_timeout=60, kwargs={"language": language}).run()
    assert not app.exception
    return app


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def _figures(app: AppTest) -> list[str]:
    return re.findall(r'rz-figure"><span>[^<]*</span><strong>([^<]*)', _html(app))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_board_forecast_and_lists(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release, language: str
) -> None:
    app = _open(monkeypatch, releases, language)
    texts, shown = load_texts(language), _html(app)
    assert app.title[0].value == texts("vetting.title")
    assert shown.count("rz-list rz-") > 40
    for name in names(release, "vetting_bodies", language).values():
        assert escape(name) in shown
    assert names(release, "vetting_forecasts", language)["missed"] in shown
    assert [tab.label.split(" (")[0] for tab in app.tabs][2:] == [
        texts(f"vetting.tab_{name}") for name in ("hold", "alerts", "replies", "documents", "calendar")
    ]
    assert not app.error


def test_key_figures_are_those_of_the_release(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release
) -> None:
    [row] = release.rows(
        "select count(*) as sent, count(reply_no) as answered, count(*) filter (state_code = 'sent') as open,"
        " count(*) filter (is_overdue) as overdue, count(*) filter (state_code = 'adverse') as adverse,"
        " (select count(distinct candidate_no) from reporting.rpt_vetting_hold where is_hold) as hold,"
        " (select count(*) from reporting.rpt_vetting_alerts where is_open) as alerts"
        " from core.fct_vetting_requests"
    )
    assert _figures(_open(monkeypatch, releases)) == [f"{value:,}" for value in row.values()]


def test_filters_narrow_the_board_and_the_people(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    app = _open(monkeypatch, releases)
    before = _figures(app)
    app.multiselect(key="filter_bodies").set_value(["MOJ"]).run()
    assert not app.exception
    assert "Ministry of Justice" in _html(app) and "General Prosecutor" not in _html(app)
    app.multiselect(key="filter_tracks").set_value(["foreign"]).run()
    assert not app.exception
    assert _figures(app)[0] != before[0] and _figures(app)[5] != before[5]


def test_everybody_not_passed_can_be_shown(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    app = _open(monkeypatch, releases)
    frame: Any = app.dataframe[0].value
    assert set(frame["state"]) == {"Sent, awaiting a reply"}
    [control] = app.get("button_group")
    control.set_value("all").run()
    assert not app.exception
    more: Any = app.dataframe[0].value
    assert len(more) > len(frame)
    assert "Adverse information" in set(more["state"])


def test_before_the_close_the_hold_list_is_what_would_be(
    monkeypatch: pytest.MonkeyPatch, early_releases: Path, releases: Path, tmp_path: Path
) -> None:
    texts = load_texts("en")
    write_pointer(tmp_path, write_release(tmp_path, "r1", size=200, published=1))
    captions = [caption.value for caption in _open(monkeypatch, tmp_path).caption]
    assert texts("vetting.hold_if_closed") in captions
    captions = [caption.value for caption in _open(monkeypatch, releases).caption]
    assert texts("vetting.hold_final") in captions


def _emptied(folder: Path) -> Path:
    """A release before anything was sent, asked or found."""
    file = write_release(folder, "2025-r0003", size=60, published=0)
    with duckdb.connect(str(file)) as connection:
        for table in vetting_sql.NEEDED_TABLES:
            if table.startswith("reporting."):
                connection.execute(f"delete from {table}")
    write_pointer(folder, file)
    return file


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_empty_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    _emptied(tmp_path)
    texts = load_texts(language)
    said = [info.value for info in _open(monkeypatch, tmp_path, language).info]
    for key in (
        "no_lists",
        "nobody_on_hold",
        "no_alerts",
        "no_problems",
        "no_work",
        "no_checks",
        "no_findings",
    ):
        assert texts(f"vetting.{key}") in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_older_release_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    file = write_release(tmp_path, "2025-r0004", size=60, published=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table reporting.rpt_vetting_hold")
    write_pointer(tmp_path, file)
    app = _open(monkeypatch, tmp_path, language)
    assert app.title[0].value == load_texts(language)("error.tables_missing.title")
    assert "2025-r0004" in app.error[0].value and "rpt_vetting_hold" in app.error[0].value


def test_answers_on_the_due_day_alone_are_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = write_release(tmp_path, "r1", size=60, published=0)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update reporting.rpt_vetting_bodies set lead_days_max = null, lag_days_max = null"
        )
    write_pointer(tmp_path, file)
    app = _open(monkeypatch, tmp_path)
    assert load_texts("en")("vetting.all_on_due_day") in [info.value for info in app.info]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_offered_for_download_has_headings_in_the_language(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release, language: str
) -> None:
    files = keep_files(monkeypatch)
    _open(monkeypatch, releases, language)
    texts = load_texts(language)
    for name in ("board", "hold", "alerts", "replies"):
        heading, *rows = read_csv(files[f"vetting_{name}_2025-r0001.csv"])
        assert rows and len(heading) == len(rows[0])
        assert heading[0] in (texts("column.body"), texts("column.candidate_no"), texts("column.reply_no"))
    assert len(read_csv(files["vetting_board_2025-r0001.csv"])) == 43


def _row(**more: Any) -> dict[str, Any]:
    return {
        "body_code": "MOJ", "forecast_code": "at_risk", "forecast_order": 2, "count_at_risk": 12,
        "count_open": 40, "expected_last_on": None, "last_day_on": None,
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "12 requests may stay unanswered"),
        ({"count_at_risk": 0}, "the list still to be drawn up"),
        ({"forecast_code": "missed"}, "40 requests without an answer"),
        ({"forecast_code": "no_basis"}, "40 requests open, none answered so far"),
        ({"forecast_code": "missed", "count_open": 0}, "candidates still have to be sent to it"),
        ({"forecast_code": "kept"}, ""),
        ({"forecast_code": "done"}, ""),
    ],
)
def test_a_forecast_says_why(early_release: Release, more: dict[str, Any], said: str) -> None:
    read = vetting.read_vetting(early_release, EVERYTHING, "en")
    reason = vetting.forecast_reason(_row(**more), read, load_texts("en"))
    assert said in reason and bool(reason) == bool(said)


def test_the_worst_forecast_stands_for_all(release: Release) -> None:
    read = vetting.read_vetting(release, EVERYTHING, "en")
    bodies = [dict(row) | {"forecast_code": "done", "forecast_order": 5} for row in read.bodies]
    bodies[3] |= _row(body_code="FMA")
    box = vetting.forecast_box(
        vetting.Vetting(read.board, bodies, read.due, read.body_names, read.forecasts, read.today),
        load_texts("en"),
    )
    assert "rz-overdue" in box and "Agency for Financial Monitoring: 12 requests" in box
    assert box.count("<li>") == 1


def test_an_alert_card_shows_lists_reply_and_decision(release: Release) -> None:
    texts = load_texts("en")
    lists = vetting_lists.read_lists(release, EVERYTHING, "en")
    cards = [vetting_lists.alert_card(alert, lists, texts) for alert in lists.alerts]
    assert "Decision needed: The working group has to decide" in cards[0]
    assert "Ministry of Justice: dated 5 Aug 2025, received 6 Aug 2025, 10:00" in cards[0]
    assert "closed by decision WG-2025-0031" in cards[-1] and "Decision needed" not in cards[-1]
    assert all("Published lists:" in card for card in cards)


@pytest.mark.parametrize("language", LANGUAGES)
def test_replies_and_work_carry_names_in_the_language(
    release: Release, tmp_path: Path, language: str
) -> None:
    texts = load_texts(language)
    lists = vetting_lists.read_lists(release, EVERYTHING, language)
    handlings = {
        row[f"text_{language}"] for row in seed_rows("reply_handlings") if row["is_problem"] == "true"
    }
    handlings |= {texts(f"vetting.kind_{kind}") for kind in ("corrected", "after_close", "earlier_list")}
    assert {row[7] for row in vetting_lists.reply_rows(lists, texts)} <= handlings
    write_pointer(tmp_path, write_release(tmp_path, "r1", size=200, published=0))
    from dashboards.warehouse import current_release

    early = vetting_lists.read_lists(current_release(tmp_path), EVERYTHING, language)
    works = {row[f"name_{language}"] for row in seed_rows("document_works")}
    rows = vetting_documents.work_rows(early, texts)
    assert {row[8] for row in rows} == works
    assert {(row[4] is None, row[6], row[7]) for row in rows} == {
        (True, None, None), (False, None, None), (False, "CH-02", texts("remark.unreadable")),
    }  # fmt: skip
    assert "rz-table" in vetting_documents.work_table(early, texts, {})


def test_the_chart_has_a_bar_for_each_side_on_which_a_body_answered() -> None:
    rows = [
        {"body_code": "A", "lead_days_max": 3, "lag_days_max": None, "count_early": 7, "count_late": 0},
        {"body_code": "B", "lead_days_max": 1, "lag_days_max": 15, "count_early": 2, "count_late": 4},
    ]
    chart = charts.lead_lag_chart(rows, {"A": "First", "B": "Second"}, load_texts("kk")).to_dict()
    records = (
        [record for data in chart["datasets"].values() for record in data] if "datasets" in chart else []
    )
    records = records or chart["layer"][0]["data"]["values"]
    assert [(record["row"], record["days"]) for record in records] == [(0, -3), (1, -1), (1, 15)]
