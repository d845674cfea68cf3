"""What `rezerv vetting …` says: on a made-up release, without one, on an older one, and of grounds."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from ingestion.errors import RezervError
from orchestration.cli import run
from orchestration.errors import OrchestrationError, UserError
from orchestration.texts import LANGUAGES, texts_of
from orchestration.vetting_reports import (
    NEEDED_TABLES,
    open_vetting,
    read_alerts,
    read_board,
    read_bodies,
    read_body_names,
    read_candidate,
    read_grounds,
    read_hold,
    read_hold_counts,
    read_problems,
    require_body,
)
from tests.support.fake_release import add_season, seed_rows, write_pointer, write_release
from tests.unit.orchestration.conftest import make_settings, record_build, write_warehouse

READING = ("board", "bodies", "hold", "alerts", "replies")
CLOSED, OPEN = 9, 1


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A home after the window, and one in the middle of it, by the number of published stages."""
    homes = {}
    for published in (CLOSED, OPEN):
        homes[published] = tmp_path_factory.mktemp("vetting_home")
        folder = homes[published] / "releases"
        write_pointer(folder, write_release(folder, "2025-r0042", size=300, published=published))
    return homes


@pytest.fixture
def home(written: dict[int, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    return _use(written[CLOSED], monkeypatch)


def _use(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REZERV_LANGUAGE", "REZERV_AS_OF", "REZERV_RELEASES_DIR", "REZERV_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REZERV_HOME", str(home))
    return home


def _said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(["vetting", *arguments]) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return (shown.err if code else shown.out).replace("\u00a0", " ")


def _release(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home / "releases" / "2025-r0042.duckdb"), read_only=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", READING)
def test_each_report_names_its_release_in_each_language(
    home: Path, command: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = _said(capsys, command, "--lang", language)
    assert "2025-r0042" in shown.splitlines()[0]
    title = texts_of(language)(f"vetting.{command}_title")
    assert shown.startswith(title)


def test_the_board_adds_up(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = _said(capsys, "board")
    with _release(home) as connection:
        [(sent, answered, overdue)] = connection.execute(
            "select count(*), count(reply_no), count(*) filter (is_overdue) from core.fct_vetting_requests"
        ).fetchall()
        lists = connection.execute("select list_no from reporting.rpt_vetting_board").fetchall()
    last = next(line for line in shown.splitlines() if line.strip().startswith("All bodies"))
    numbers = [int(word.replace(" ", "")) for word in re.findall(r"\d+(?: \d{3})*", last)]
    assert (numbers[0], numbers[1], numbers[6]) == (sent, answered, overdue)
    assert all(list_no in shown for (list_no,) in lists)
    assert "ACS-2025-01 → NSC" in shown


def test_the_board_of_one_body(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = _said(capsys, "board", "--body", "moj")
    assert "MOJ-2025-01" in shown and "GPO-2025-01" not in shown
    successor = _said(capsys, "board", "--body", "NSC")
    assert "ACS-2025-01" in successor and "NSC-2025-01" in successor
    assert "GPO, NSC, ACS" in _said(capsys, "board", "--body", "KGB", code=2)


def test_bodies_end_with_the_worst_forecast(
    written: dict[int, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {row["forecast_code"]: row["name_en"] for row in seed_rows("vetting_forecasts")}
    _use(written[CLOSED], monkeypatch)
    shown = _said(capsys, "bodies")
    assert f"By 2025-07-31, all bodies: {names['missed']}" in shown
    assert "without an answer" in shown
    _use(written[OPEN], monkeypatch)
    shown = _said(capsys, "bodies")
    assert names["kept"] in shown and names["missed"] not in shown
    assert "the last answer is expected on 2025-07-" in shown


def test_a_request_at_risk_is_counted_with_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _use(tmp_path, monkeypatch) / "releases"
    file = write_release(folder, "2025-r0042", size=100, published=OPEN)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update reporting.rpt_vetting_bodies set forecast_code = 'at_risk', count_at_risk = 12,"
            " expected_last_on = date '2025-08-06' where body_code = 'MOF'"
        )
        connection.execute(
            "update reporting.rpt_vetting_bodies set forecast_code = 'at_risk', count_at_risk = 3,"
            " expected_last_on = null where body_code = 'NSC'"
        )
        connection.execute(
            "update reporting.rpt_vetting_bodies set forecast_code = 'no_basis', count_open = 0,"
            " expected_last_on = null where body_code = 'FMA'"
        )
        connection.execute(
            "update reporting.rpt_vetting_bodies set has_successor = false where body_code = 'ACS'"
        )
    write_pointer(folder, file)
    shown = _said(capsys, "bodies")
    assert "after 2025-07-31: answers to 12 requests; the last that can be dated, on 2025-08-06" in shown
    assert "waiting longer than any answer took: 3 requests" in shown
    assert texts_of("en")("vetting.forecast_unsent").strip() in shown
    assert "Requests at risk: 15" in shown
    assert texts_of("en")("vetting.no_successor") in shown


def test_requests_past_their_due_day_stand_beside_the_forecast(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overdue = {
        row["body_code"]: row["count_overdue"] for row in read_bodies(open_vetting(make_settings(home)))
    }
    assert sum(overdue.values())
    for language in LANGUAGES:
        shown = _said(capsys, "bodies", "--lang", language)
        texts = texts_of(language)
        assert texts("vetting.forecast_overdue_all", count=str(sum(overdue.values()))) in shown
        for count in filter(None, overdue.values()):
            assert texts("vetting.forecast_overdue", count=str(count)) in shown


def test_two_seasons_side_by_side_neither_double_nor_mix(tmp_path: Path) -> None:
    answers = []
    for name in ("one", "two"):
        folder = tmp_path / name / "releases"
        file = write_release(folder, "2025-r0042", size=120, published=CLOSED)
        if name == "two":
            add_season(file)
        write_pointer(folder, file)
        vetting = open_vetting(make_settings(tmp_path / name))
        candidate = read_hold(vetting)[0]["candidate_no"]
        kept = next(alert["candidate_no"] for alert in read_alerts(vetting) if not alert["is_open"])
        answers.append((
            vetting.is_window_over, read_body_names(vetting), read_board(vetting), read_board(vetting, "MOJ"),
            read_bodies(vetting), read_hold(vetting, everybody=True), read_hold_counts(vetting),
            read_alerts(vetting), read_problems(vetting), read_candidate(vetting, candidate),
            read_candidate(vetting, kept),
        ))  # fmt: skip
    assert answers[0] == answers[1]


def test_hold_says_whether_the_window_is_open(
    written: dict[int, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for published, key in ((CLOSED, "hold_final"), (OPEN, "hold_if_closed")):
        _use(written[published], monkeypatch)
        assert texts_of("en")(f"vetting.{key}") in _said(capsys, "hold")


def test_hold_lists_who_waits_and_with_all_the_others(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = make_settings(home)
    vetting = open_vetting(settings)
    waiting, everybody = read_hold(vetting), read_hold(vetting, everybody=True)
    assert {row["reason_code"] for row in waiting} == {"VETTING_HOLD"}
    assert {row["reason_code"] for row in everybody} == {"VETTING_HOLD", "VETTING_ADVERSE"}
    shown = _said(capsys, "hold", "--limit", "2")
    assert shown.count("Sent, awaiting a reply") == 2
    assert f"{len(waiting) - 2} more" in shown
    whole = _said(capsys, "hold", "--limit", "0", "--all")
    assert all(row["candidate_no"] in whole for row in everybody)


def test_alerts_say_lists_and_the_decision_needed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alerts = read_alerts(open_vetting(make_settings(home)))
    shown = " ".join(_said(capsys, "alerts").split())
    kinds = {row["alert_code"]: row for row in seed_rows("vetting_alerts")}
    for alert in alerts:
        assert alert["candidate_no"] in shown
        assert kinds[alert["alert_code"]]["text_en"] in shown
        assert alert["stages"], "an alert stands on published lists"
    assert "Decision needed: The working group has to decide" in shown
    assert "closed by decision WG-2025-0031" in shown
    assert [bool(alert["is_open"]) for alert in alerts] == [True, True, True, False]


def test_replies_say_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = " ".join(_said(capsys, "replies").split())
    texts = {row["handling_code"]: row["text_en"] for row in seed_rows("reply_handlings")}
    problems = read_problems(open_vetting(make_settings(home)))
    assert {row["handling_code"] for row in problems} >= {"unknown_candidate", "overruled", "counted"}
    for row in problems:
        assert row["reply_no"] in shown
        own = texts_of("en").entries.get(f"vetting.kind_{row['kind']}")
        assert (own or texts[row["kind"]]) in shown
    assert texts["counted"] not in shown, "who must look at a reply is not told that nothing is to be done"
    assert "corrected" in shown and "late" in shown
    handlings = [row["handling_code"] for row in problems]
    assert handlings[-1] == "counted", "what cannot count stands first"


def test_states_of_a_candidate_body_by_body(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vetting = open_vetting(make_settings(home))
    waiting = read_hold(vetting)[0]
    shown = _said(capsys, "states", waiting["candidate_no"])
    assert all(row["body_code"] in shown for row in seed_rows("vetting_bodies"))
    assert waiting["list_no"] in shown
    assert [row["is_settled"] for row in read_candidate(vetting, waiting["candidate_no"])["states"]].count(
        False
    ) == 1
    kept = next(alert for alert in read_alerts(vetting) if not alert["is_open"])
    said = _said(capsys, "states", kept["candidate_no"])
    assert "Decision WG-2025-0031" in said and "keep" in said


def test_what_a_decision_settles_is_told_from_what_was_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _use(tmp_path, monkeypatch) / "releases"
    file = write_release(folder, "2025-r0042", size=60, published=2)
    with duckdb.connect(str(file)) as connection:
        [(candidate,)] = connection.execute(
            "select min(candidate_no) from core.fct_vetting_states where is_settled"
        ).fetchall()
        connection.execute(
            "update core.fct_vetting_states set state_at_close_code = 'adverse', is_settled = true"
            f" where candidate_no = '{candidate}' and body_code = 'MIA'"
        )
    write_pointer(folder, file)
    lines = _said(capsys, "states", candidate).splitlines()
    assert "by decision" in next(line for line in lines if line.strip().startswith("MIA"))
    assert "yes" in next(line for line in lines if line.strip().startswith("GPO"))


def test_states_of_nobody_and_of_somebody_never_sent(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "R25-999999" in _said(capsys, "states", "R25-999999", code=1)
    with _release(home) as connection:
        [(candidate,)] = connection.execute(
            "select min(candidate_no) from core.dim_candidates"
            " where candidate_no not in (select candidate_no from core.fct_vetting_states)"
        ).fetchall()
    assert texts_of("en")("vetting.no_states") in _said(capsys, "states", candidate)


def test_before_the_first_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _use(tmp_path, monkeypatch)
    for command in READING:
        assert "rezerv demo" in _said(capsys, command, code=2)


def test_a_release_of_an_older_build_is_named_with_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _use(tmp_path, monkeypatch) / "releases"
    file = write_release(folder, "2025-r0042", size=60, published=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table reporting.rpt_vetting_board")
    write_pointer(folder, file)
    shown = _said(capsys, "board", code=1)
    assert "2025-r0042" in shown and "reporting.rpt_vetting_board" in shown and "rezerv build" in shown


def test_no_list_yet_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _use(tmp_path, monkeypatch) / "releases"
    file = write_release(folder, "2025-r0042", size=60, published=OPEN)
    with duckdb.connect(str(file)) as connection:
        for table in NEEDED_TABLES:
            if table.startswith("reporting."):
                connection.execute(f"delete from {table}")
    write_pointer(folder, file)
    said = {"board": "no_lists", "hold": "nobody", "alerts": "no_alerts", "replies": "no_problems"}
    for command, key in said.items():
        assert texts_of("en")(f"vetting.{key}") in _said(capsys, command)
    assert run(["vetting", "bodies"]) == 0


def test_questions_refuse_what_does_not_exist(home: Path) -> None:
    vetting = open_vetting(make_settings(home))
    assert require_body(vetting, "") is None
    with pytest.raises(UserError, match="XYZ"):
        require_body(vetting, "XYZ")
    with pytest.raises(OrchestrationError, match="true"):
        read_candidate(vetting, "' or true --")
    assert len(read_bodies(vetting)) == 7
    assert read_board(vetting, "' or true --") == []


def test_grounds_come_from_the_warehouse_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = make_settings(_use(tmp_path, monkeypatch))
    assert "rezerv build" in _said(capsys, "adverse", code=2)
    write_warehouse(settings)
    with pytest.raises(RezervError, match="rezerv build"):
        read_grounds(settings)
    record_build(settings)
    _write_grounds(settings.warehouse)
    shown = " ".join(_said(capsys, "adverse").split())
    assert texts_of("en")("vetting.adverse_note") in shown
    for word in ("MOJ-R-1", "R25-000001", "ART16-3-06", "expired on 2025-03-01", "ground not in", "WG-7"):
        assert word in shown
    assert "2025-12-01 05:00" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_ground_has_words(language: str) -> None:
    for code in ("in_force", "expired", "unknown_ground", "no_ground", "no_fact_date"):
        assert texts_of(language)(f"vetting.ground_{code}", day="2025-03-01")


def _write_grounds(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema restricted")
        connection.execute(
            "create table restricted.res_adverse_replies as select * from (values"
            " ('2025', 'MOJ-R-1', 'R25-000001', 'MOJ-2025-01', 'MOJ', date '2025-06-09', 'ART16-3-06',"
            "  date '2017-03-01', 'expired', date '2025-03-01', true),"
            " ('2025', 'MOJ-R-2', 'R25-000002', 'MOJ-2025-01', 'MOJ', date '2025-06-09', 'ART16-9-99',"
            "  null, 'unknown_ground', null, false)) as rows(season_code, reply_no, candidate_no, list_no,"
            " sender_body_code, replied_on, ground_code, fact_on, ground_state_code, expires_on, is_verified)"
        )
        connection.execute(
            "create table restricted.res_decision_grounds as select 'WG-7' as decision_no, 'R25-000001' as"
            " candidate_no, 'exclude' as action_code, 'vetting' as basis_code, 'ART16-3-06' as ground_code,"
            " timestamp '2025-08-01 05:00:00' as decided_at"
        )
