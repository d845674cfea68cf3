"""The act of giving works to experts: what it keeps, what a later one leaves alone, and what it refuses."""

from __future__ import annotations

import stat
from collections import Counter
from pathlib import Path

import pytest

from orchestration.assignment.books import read_book
from orchestration.assignment.panels import (
    Given,
    PlacesLackError,
    assign_experts,
    assignments_folder,
    read_acts,
    read_seats,
)
from orchestration.assignment.reports import read_panels_shown
from orchestration.errors import OrchestrationError
from orchestration.settings import Settings
from tests.support.assignments import STAGE, Situation, candidate_no, work_no, write_situation
from tests.unit.orchestration.assignment.conftest import BOTH, EXPERTS

WHO = "A. Engineer, Agency"


def panels(given: Given) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for seat in given.seats:
        found.setdefault(seat.work_no, set()).add(seat.expert_code)
    return found


def failure(settings: Settings, missing: str | None = None, stage: str = STAGE) -> OrchestrationError:
    with pytest.raises(OrchestrationError) as caught:
        assign_experts(settings, stage, WHO, missing)
    return caught.value


def test_each_work_gets_three_experts_of_its_field(settings: Settings) -> None:
    given = assign_experts(settings, STAGE, WHO)
    found = panels(given)
    assert set(found) == {work_no(track, n) for track, count in BOTH.items() for n in range(count)}
    assert all(len(experts) == 3 for experts in found.values())
    assert all({code[3:6] for code in experts} == {work[2:5]} for work, experts in found.items())
    loads = Counter(seat.expert_code for seat in given.seats)
    assert {loads[f"EX-AGR-{n:02d}"] for n in range(1, 6)} == {4, 5}


def test_everything_but_the_book_is_its_owners(settings: Settings) -> None:
    assign_experts(settings, STAGE, WHO)
    folder = assignments_folder(settings)
    for file in folder.rglob("*"):
        mode = stat.S_IMODE(file.stat().st_mode)
        assert mode & 0o077 == 0 or file.name in ("book.jsonl", ".lock"), file
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_numbers_of_forms_come_from_the_secret_alone(settings: Settings) -> None:
    given = assign_experts(settings, STAGE, WHO)
    numbers = [seat.form_no for seat in given.seats]
    assert len(set(numbers)) == len(numbers)
    book = (assignments_folder(settings) / "book.jsonl").read_text()
    assert not any(number in book for number in numbers)
    for file in sorted(assignments_folder(settings).rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    assert not set(numbers) & {seat.form_no for seat in assign_experts(settings, STAGE, WHO).seats}


def test_assigning_again_gives_nothing_new(settings: Settings) -> None:
    first = assign_experts(settings, STAGE, WHO)
    again = assign_experts(settings, STAGE, WHO)
    assert first.is_new
    assert not again.is_new
    assert again.seats == first.seats
    assert len(read_book(assignments_folder(settings))) == 1


def test_works_that_came_later_change_nobody_s_works(settings: Settings) -> None:
    first = assign_experts(settings, STAGE, WHO)
    write_situation(settings, Situation({"agro": 10, "digital": 6}, EXPERTS))
    later = assign_experts(settings, STAGE, WHO)
    assert set(first.seats) < set(later.seats)
    assert {seat.work_no for seat in later.of_act} == {work_no("agro", 8), work_no("agro", 9)}


def test_only_the_works_of_the_missing_expert_change(settings: Settings) -> None:
    first = assign_experts(settings, STAGE, WHO)
    missing = "EX-AGR-02"
    own = sorted(seat.work_no for seat in first.seats if seat.expert_code == missing)
    marked = own[0]
    marks = [(missing, "agro", int(marked[-4:]))]
    write_situation(settings, Situation(BOTH, EXPERTS, marks=marks))
    again = assign_experts(settings, STAGE, WHO, missing)
    kept = {seat for seat in first.seats if seat.expert_code != missing or seat.work_no == marked}
    assert kept <= set(again.seats)
    assert {seat.work_no for seat in again.of_act} == set(own) - {marked}
    assert missing not in {seat.expert_code for seat in again.of_act}
    assert all(len(experts) == 3 for experts in panels(again).values())
    assert failure(settings, missing).message_key == "error.assign_gone"
    write_situation(settings, Situation({"agro": 12, "digital": 6}, EXPERTS, marks=marks))
    later = assign_experts(settings, STAGE, WHO)
    assert missing not in {seat.expert_code for seat in later.of_act}


def test_nobody_marks_in_conflict_and_one_found_later_moves_that_work_alone(settings: Settings) -> None:
    first = assign_experts(settings, STAGE, WHO)
    seat = first.seats[0]
    conflicts = [(seat.expert_code, "agro", int(seat.work_no[-4:]))]
    write_situation(settings, Situation(BOTH, EXPERTS, conflicts=conflicts))
    assert read_panels_shown(settings, STAGE).in_conflict == (seat.work_no,)
    again = assign_experts(settings, STAGE, WHO)
    assert set(first.seats) - set(again.seats) == {seat}
    assert [new.work_no for new in again.of_act] == [seat.work_no]
    assert read_panels_shown(settings, STAGE).in_conflict == ()


def test_an_expert_who_is_away_or_full_gets_nothing(settings: Settings) -> None:
    experts = {**EXPERTS, "EX-AGR-01": (("agro",), 2)}
    write_situation(settings, Situation(BOTH, experts, away=["EX-AGR-05"]))
    loads = Counter(seat.expert_code for seat in assign_experts(settings, STAGE, WHO).seats)
    assert (loads["EX-AGR-01"], loads["EX-AGR-05"]) == (2, 0)


@pytest.mark.parametrize(
    ("language", "pool", "conflict"),
    [
        ("en", "lacking in the pool: 1", "lacking because of conflicts: 1; works: W-DIG0003"),
        ("ru", "экспертов недостаёт мест: 1", "из-за конфликтов недостаёт мест: 1; работы: W-DIG0003"),
        ("kk", "қорда 1 орын жетпейді", "қақтығысына байланысты 1 орын жетпейді; жұмыстар: W-DIG0003"),
    ],
)  # fmt: skip
def test_a_pool_that_is_too_small_says_where(
    settings: Settings, language: str, pool: str, conflict: str
) -> None:
    experts = {
        **{f"EX-AGR-{n:02d}": (("agro",), 6) for n in range(1, 4)},
        "EX-AGR-04": (("agro",), 5),
        **{f"EX-DIG-{n:02d}": (("digital",), 10) for n in range(1, 5)},
    }
    conflicts = [("EX-DIG-01", "digital", 3), ("EX-DIG-02", "digital", 3)]
    write_situation(settings, Situation(BOTH, experts, conflicts=conflicts))
    refused = failure(settings)
    assert isinstance(refused, PlacesLackError)
    summary, *lines = refused.message(language).splitlines()
    assert "2" in summary
    assert len(lines) == 2
    assert pool in lines[0]
    assert conflict in lines[1]
    assert read_book(assignments_folder(settings)) == []


def test_what_cannot_be_done_is_said(settings: Settings) -> None:
    with pytest.raises(OrchestrationError) as caught:
        read_panels_shown(settings, STAGE)
    assert caught.value.message_key == "error.assign_not_yet"
    assert failure(settings, "EX-AGR-01").message_key == "error.assign_no_such_expert"
    assert failure(settings, stage="interview").message_key == "error.draw_stage"
    write_situation(settings, Situation({}, EXPERTS))
    assert failure(settings).message_key == "error.assign_no_works"


def test_another_file_of_panels_is_refused(settings: Settings) -> None:
    assign_experts(settings, STAGE, WHO)
    line = read_acts(settings, STAGE)[-1]
    [file] = (assignments_folder(settings) / "panels").iterdir()
    file.write_bytes(file.read_bytes().replace(b"EX-AGR-01", b"EX-AGR-02", 1))
    with pytest.raises(OrchestrationError) as caught:
        read_seats(settings, line)
    assert caught.value.message_key == "error.assign_panels_changed"
    assert failure(settings).message_key == "error.assign_panels_changed"


def test_an_act_that_was_killed_before_its_line_never_happened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("orchestration.assignment.panels.append", die)
        assign_experts(settings, STAGE, WHO)
    assert read_acts(settings, STAGE) == []
    assert assign_experts(settings, STAGE, WHO).line["act_no"] == 1


def test_what_is_shown_counts_loads_marks_and_pairs(settings: Settings) -> None:
    given = assign_experts(settings, STAGE, WHO)
    first = given.seats[0]
    marks = [(first.expert_code, "agro", int(first.work_no[-4:])), ("EX-AGR-99", "agro", 1)]
    write_situation(settings, Situation({"agro": 9, "digital": 6}, EXPERTS, marks=marks))
    shown = read_panels_shown(settings, STAGE)
    load = next(load for load in shown.loads if load.code == first.expert_code)
    own = sum(seat.expert_code == first.expert_code for seat in given.seats)
    assert (load.given, load.marked, load.owed, load.capacity) == (own, 1, own - 1, 10)
    assert sum(load.marked for load in shown.loads) == 1
    assert shown.lacking == (work_no("agro", 8),)
    assert shown.parts == 2
    assert candidate_no("agro", 0) not in repr(shown.loads)
