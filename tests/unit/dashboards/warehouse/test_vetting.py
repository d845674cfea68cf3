from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dashboards.warehouse import Release, TablesMissing, current_release, names, vetting
from dashboards.warehouse.vetting import VettingFilters
from tests.support.fake_release import add_season, seed_rows, write_pointer, write_release

EVERYTHING = VettingFilters()


def _one(release: Release, sql: str) -> tuple[object, ...]:
    with duckdb.connect(str(release.file), read_only=True) as connection:
        return connection.execute(sql).fetchone() or ()


def test_the_board_has_each_list_once_in_the_order_of_bodies(release: Release) -> None:
    rows = vetting.board(release, EVERYTHING)
    order = [row["body_code"] for row in seed_rows("vetting_bodies")]
    shown = list(dict.fromkeys(row["body_code"] for row in rows))
    assert shown == order
    counted = (sum(row["count_sent"] for row in rows), sum(row["count_overdue"] for row in rows))
    assert counted == _one(
        release, "select count(*), count(*) filter (is_overdue) from core.fct_vetting_requests"
    )


def test_a_body_is_found_as_the_one_asked_and_the_one_that_answers(release: Release) -> None:
    rows = vetting.board(release, VettingFilters(bodies=("NSC",)))
    assert {row["body_code"] for row in rows} == {"NSC", "ACS"}
    bodies = vetting.bodies(release, VettingFilters(bodies=("MOJ",)))
    assert [row["body_code"] for row in bodies] == ["MOJ"]


def test_filters_do_not_trust_their_values(release: Release) -> None:
    odd = VettingFilters(bodies=("' or true --",), tracks=("' or true --",))
    for question in (
        vetting.board,
        vetting.bodies,
        vetting.due,
        vetting.hold,
        vetting.alerts,
        vetting.problems,
        vetting.document_work,
    ):
        assert question(release, odd) == []


def test_tracks_narrow_people(release: Release, early_release: Release) -> None:
    chosen = VettingFilters(tracks=("digital",))
    assert {row["track_code"] for row in vetting.hold(release, chosen)} == {"digital"}
    assert len(vetting.hold(release, chosen)) < len(vetting.hold(release, EVERYTHING))
    assert vetting.document_work(early_release, EVERYTHING) == []


def test_what_the_next_lists_hold_is_summed_by_body(releases: Path, tmp_path: Path) -> None:
    write_pointer(tmp_path, write_release(tmp_path, "r1", size=60, published=0))
    rows = vetting.due(current_release(tmp_path), EVERYTHING)
    assert [(row["count_new"], row["count_changed"]) for row in rows] == [(41, 2)] * 7
    assert len({row["next_list_on"] for row in rows}) == 1


def test_alerts_have_their_stages(release: Release) -> None:
    alerts = vetting.alerts(release, EVERYTHING)
    stages = vetting.alert_stages(release)
    assert {alert["candidate_no"] for alert in alerts} == set(stages)
    assert {alert["paragraph"] for alert in alerts} == {"§4.5", "§4.4"}


def test_an_older_release_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    file = write_release(tmp_path, "2025-r0007", size=60, published=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table reporting.rpt_vetting_due")
    write_pointer(tmp_path, file)
    with pytest.raises(TablesMissing) as caught:
        vetting.require_tables(current_release(tmp_path))
    assert caught.value.params["release"] == "2025-r0007"
    assert caught.value.params["tables"] == "reporting.rpt_vetting_due"


def test_two_seasons_side_by_side_neither_double_nor_mix(tmp_path: Path) -> None:
    both = (VettingFilters(), VettingFilters(bodies=("MOJ",), tracks=("digital",)))
    narrowed = (
        vetting.board, vetting.bodies, vetting.due, vetting.hold,
        vetting.alerts, vetting.problems, vetting.document_work,
    )  # fmt: skip
    whole = (
        vetting.list_days, vetting.alert_stages, vetting.document_checkers,
        vetting.calendar_findings, vetting.last_day,
    )  # fmt: skip
    for published in (0, 9):
        asked = []
        for name in ("one", "two"):
            folder = tmp_path / f"{name}{published}"
            file = write_release(folder, "2025-r0001", size=120, published=published)
            if name == "two":
                add_season(file)
            write_pointer(folder, file)
            opened = current_release(folder)
            answers = [question(opened, filters) for question in narrowed for filters in both]
            asked.append([*answers, *(question(opened) for question in whole)])
        assert asked[0] == asked[1]


def test_names_of_what_the_page_shows(release: Release) -> None:
    for seed in ("vetting_bodies", "vetting_states", "vetting_forecasts", "document_needs", "need_states"):
        assert len(names(release, seed, "kk")) == len(seed_rows(seed))
    decisions = vetting.words(release, "vetting_alerts", "alert_code", "decision", "ru")
    assert set(decisions) == {row["alert_code"] for row in seed_rows("vetting_alerts")}
