"""Draws and assignments on their way into the warehouse: each act once, received at its moment."""

from __future__ import annotations

import csv

import duckdb
import pytest

from ingestion.clock import utc_now
from ingestion.loader import land_files, pending_files
from orchestration.assignment.delivery import deliver_assignments, deliver_draws
from orchestration.assignment.draws import commit, draws_folder, list_file, reveal
from orchestration.assignment.panels import assign_experts, assignments_folder, read_acts, read_seats
from orchestration.delivery import deliver_books
from orchestration.errors import OrchestrationError
from orchestration.settings import Settings

STAGE, BY = "situational", "A. Engineer"


def land(settings: Settings) -> None:
    config = settings.ingestion_config()
    land_files(config, pending_files(config), utc_now(), engine="duckdb")


def test_nothing_is_made_before_an_act(settings: Settings) -> None:
    assert deliver_books(settings) == []
    assert not draws_folder(settings).exists()
    assert not assignments_folder(settings).exists()
    commit(settings, STAGE, BY)
    assert deliver_draws(settings) == [], "a draw that is committed is not dealt"


def test_every_act_arrives_once_and_says_all_seats(settings: Settings) -> None:
    commit(settings, STAGE, BY)
    reveal(settings, STAGE)
    assign_experts(settings, STAGE, BY)
    assign_experts(settings, STAGE, BY, missing="EX-AGR-01")
    names = sorted(path.name for path in deliver_books(settings))
    assert names == [
        "assignment__drawn_cases__0001.csv", "assignment__seats__0001.csv", "assignment__seats__0002.csv",
    ]  # fmt: skip
    assert deliver_books(settings) == []
    land(settings)
    for path in settings.landing_dir.glob("*/assignment__seats__0001.csv"):
        path.unlink()
    assert deliver_books(settings) == [], "what has landed is not delivered again"
    acts = read_acts(settings, STAGE)
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        bad = connection.execute(
            "select state from raw._batches where state != 'landed' or count_quarantined > 0"
        ).fetchall()
        seats = connection.execute(
            "select assignment_no, work_no, expert_code, given_in_no from raw.assignment__seats order by all"
        ).fetchall()
        late = connection.execute(
            "select count(*) from raw.assignment__seats where given_in_no = assignment_no"
            " and given_at <> _received_at"
        ).fetchall()
        dealt = connection.execute(
            "select candidate_no, case_code from raw.assignment__drawn_cases order by all"
        ).fetchall()
    assert (bad, late) == ([], [(0,)])
    assert seats == sorted(
        (act["act_no"], seat.work_no, seat.expert_code, seat.act_no)
        for act in acts
        for seat in read_seats(settings, act)
    )
    with list_file(draws_folder(settings), 1, "dealt").open(newline="") as stream:
        assert dealt == sorted((row["candidate_no"], row["case_code"]) for row in csv.DictReader(stream))


def test_numbers_of_forms_do_not_leave(settings: Settings) -> None:
    assign_experts(settings, STAGE, BY)
    [file] = deliver_assignments(settings)
    forms = {seat.form_no for seat in read_seats(settings, read_acts(settings, STAGE)[-1])}
    assert forms
    assert not any(number in file.read_text() for number in forms)


@pytest.mark.parametrize("what", ["dealt", "seats"])
def test_a_list_that_was_changed_is_not_delivered(settings: Settings, what: str) -> None:
    commit(settings, STAGE, BY)
    reveal(settings, STAGE)
    assign_experts(settings, STAGE, BY)
    file = (
        list_file(draws_folder(settings), 1, "dealt")
        if what == "dealt"
        else next((assignments_folder(settings) / "panels").iterdir())
    )
    file.chmod(0o644)
    file.write_text(file.read_text() + "x,y\n")
    with pytest.raises(OrchestrationError) as caught:
        deliver_books(settings)
    assert caught.value.message_key in ("error.draw_list_changed", "error.assign_panels_changed")
