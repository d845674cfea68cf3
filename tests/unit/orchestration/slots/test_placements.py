"""Acts of placing: what they give, when they are refused, what a killed one leaves (docs/decisions/0029)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import OrchestrationError, UserError
from orchestration.settings import Settings
from orchestration.slots import placements
from orchestration.slots.delivery import deliver_placements
from orchestration.slots.placements import (
    PlacesLackError,
    commit,
    give,
    list_file,
    place_owed,
    seed_file,
    slots_folder,
)
from orchestration.slots.verification import verify_book
from tests.support.slot_releases import STAGE, Slots, candidate_no, write_slots

BY = "A. Engineer"


@contextmanager
def refused(kind: type[OrchestrationError], key: str) -> Iterator[None]:
    with pytest.raises(kind) as error:
        yield
    assert error.value.message_key == f"error.{key}"


def book(settings: Settings) -> list[dict[str, Any]]:
    file = slots_folder(settings) / "book.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []


def landed(settings: Settings) -> dict[str, str]:
    return {
        path.name: path.read_text() for path in sorted(settings.landing_dir.glob("*/placement__places__*"))
    }


def test_everybody_owed_is_placed_and_a_rerun_changes_nobody(settings: Settings, slots: Slots) -> None:
    commit(settings, STAGE, BY)
    act = place_owed(settings, STAGE, BY)
    assert act is not None and act.is_new
    assert act.slots.keys() == {candidate_no(n) for n in range(1, 7)}
    assert Counter(act.slots.values()) == {"AC-A": 2, "AC-B": 3, "AC-C": 1}
    assert act.slots[candidate_no(6)] in ("AC-A", "AC-C")
    before = book(settings)
    again = place_owed(settings, STAGE, BY)
    assert again is not None and not again.is_new and again.slots == act.slots
    assert book(settings) == before
    # the release learns of it, and one more person comes: nobody else moves
    known = replace(slots, owed=[(7, "digital")], known_acts=[2], slots={**slots.slots, "AC-C": ("", 10, 1)})
    write_slots(settings, replace(known, slots={**known.slots, "AC-A": ("", 10, 0), "AC-B": ("agro", 10, 0)}))
    later = place_owed(settings, STAGE, BY)
    assert later is not None and later.slots == {candidate_no(7): "AC-C"}


def test_an_act_that_has_not_landed_counts_already(settings: Settings, slots: Slots) -> None:
    commit(settings, STAGE, BY)
    place_owed(settings, STAGE, BY)
    write_slots(settings, replace(slots, owed=[*slots.owed, (7, "agro")]))
    later = place_owed(settings, STAGE, BY)
    assert later is not None and later.slots == {candidate_no(7): "AC-C"}
    write_slots(settings, replace(slots, owed=[*slots.owed, (7, "agro"), (8, "agro")]))
    with pytest.raises(PlacesLackError):
        place_owed(settings, STAGE, BY)


def test_too_few_places_place_nobody_and_say_which_track_lacks_how_many(
    settings: Settings, slots: Slots
) -> None:
    commit(settings, STAGE, BY)
    owed = [*slots.owed, *((n, "digital") for n in range(10, 15))]
    write_slots(settings, replace(slots, owed=owed, resits=[(30, "agro")]))
    before, files = book(settings), sorted(slots_folder(settings).rglob("*"))
    with pytest.raises(PlacesLackError) as error:
        place_owed(settings, STAGE, BY)
    assert sum(error.value.lacks.values()) == 5 and error.value.lacks[True, "agro"] == 1
    for language in ("kk", "ru", "en"):
        assert len(error.value.message(language).splitlines()) == 1 + len(error.value.lacks)
    assert (book(settings), sorted(slots_folder(settings).rglob("*"))) == (before, files)
    assert landed(settings) == {}


def test_a_resit_gets_a_slot_for_resits_and_nobody_else_does(settings: Settings, slots: Slots) -> None:
    write_slots(settings, replace(slots, owed=[(1, "agro")], resits=[(2, "agro")], resit_slots=["AC-A"]))
    commit(settings, STAGE, BY)
    act = place_owed(settings, STAGE, BY)
    assert act is not None and act.slots == {candidate_no(1): "AC-B", candidate_no(2): "AC-A"}


def test_a_day_that_is_taken_is_left(settings: Settings, slots: Slots) -> None:
    write_slots(settings, replace(slots, owed=[(1, "digital")], elsewhere=[(1, date(2025, 8, 22))]))
    commit(settings, STAGE, BY)
    act = place_owed(settings, STAGE, BY)
    assert act is not None and act.slots == {candidate_no(1): "AC-C"}
    with refused(UserError, "slots_not_open"):
        give(settings, STAGE, candidate_no(1), "AC-A", BY, "a reason")


def test_a_slot_that_has_begun_is_given_to_nobody(settings: Settings, slots: Slots) -> None:
    begun = replace(slots, owed=[(1, "agro")], starts={"AC-A": slots.as_of})
    write_slots(settings, begun)
    commit(settings, STAGE, BY)
    act = place_owed(settings, STAGE, BY)
    assert act is not None and act.slots == {candidate_no(1): "AC-B"}


def test_nobody_owed_is_no_act(settings: Settings, slots: Slots) -> None:
    write_slots(settings, replace(slots, owed=[]))
    assert place_owed(settings, STAGE, BY) is None
    assert book(settings) == []


def test_booking_that_is_open_is_waited_for(settings: Settings, slots: Slots) -> None:
    """§7.4: until 22 September 23:59 candidates choose; a resit waits for nobody."""
    write_slots(settings, replace(slots, stage="interview"))
    commit(settings, "interview", BY)
    with refused(OrchestrationError, "slots_booking_open"):
        place_owed(settings, "interview", BY)
    write_slots(
        settings, replace(slots, stage="interview", owed=[], resits=[(1, "agro")], resit_slots=["AC-A"])
    )
    act = place_owed(settings, "interview", BY)
    assert act is not None and act.slots == {candidate_no(1): "AC-A"}


@pytest.mark.parametrize(
    ("slot", "who", "problem"),
    [
        ("AC-X", 1, "slots_no_such_slot"),
        ("AC-D", 1, "slots_not_free"),
        ("AC-B", 6, "slots_not_open"),
        ("AC-A", 99, "slots_not_owed"),
    ],
)
def test_a_place_is_given_only_where_it_is_free_and_open(
    settings: Settings, slot: str, who: int, problem: str
) -> None:
    with refused(UserError, problem):
        give(settings, STAGE, candidate_no(who), slot, BY, "a reason")
    assert book(settings) == []


def test_a_person_gives_a_place_and_says_why(settings: Settings) -> None:
    for reason in ("", " ", "for 900515350024", "x\ny", "x" * 501):
        with refused(UserError, "slots_reason"):
            give(settings, STAGE, candidate_no(1), "AC-C", BY, reason)
    act = give(settings, STAGE, candidate_no(1), "AC-C", BY, "came back late")
    assert (act.line["kind"], act.line["reason"], act.slots) == (
        "decided", "came back late", {candidate_no(1): "AC-C"},
    )  # fmt: skip


def test_a_commitment_is_made_once_and_before_placing(settings: Settings) -> None:
    with refused(UserError, "slots_not_committed"):
        place_owed(settings, STAGE, BY)
    line = commit(settings, STAGE, BY)
    seed = seed_file(slots_folder(settings), line["act_no"])
    assert seed.stat().st_mode & 0o777 == 0o600
    assert seed.read_text() not in (slots_folder(settings) / "book.jsonl").read_text()
    with refused(OrchestrationError, "slots_committed"):
        commit(settings, STAGE, BY)
    seed.chmod(0o600)
    seed.write_text("another")
    with refused(OrchestrationError, "slots_seed_lost"):
        place_owed(settings, STAGE, BY)


@pytest.mark.parametrize("stage", ["national_commission", "nowhere"])
def test_other_stages_have_no_slots(settings: Settings, stage: str) -> None:
    with refused(UserError, "slots_stage"):
        commit(settings, stage, BY)


def test_an_act_lands_as_a_feed_once(settings: Settings) -> None:
    commit(settings, STAGE, BY)
    act = place_owed(settings, STAGE, BY)
    assert act is not None
    [file] = deliver_placements(settings)
    assert deliver_placements(settings) == []
    assert file.parent.name == "2025-08-21T203000"
    header, *rows = file.read_text().splitlines()
    assert header.startswith("act_no,season_code,stage_code,candidate_no,slot_no")
    assert {tuple(row.split(",")[3:5]) for row in rows} == set(act.slots.items())
    assert all("2025-08-21T20:30:00+05:00,2025-08-21T20:00:00+05:00" in row for row in rows)


@pytest.mark.parametrize("dies_at", ["append", "write_beside"])
def test_a_killed_act_counts_whole_or_not_at_all(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    commit(settings, STAGE, BY)
    calls = []

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if dies_at == "append" or len(calls) == 3:
            raise KeyboardInterrupt
        return write(*args, **kwargs)

    write = getattr(placements, dies_at)
    with monkeypatch.context() as patched:
        patched.setattr(placements, dies_at, dies)
        with pytest.raises(KeyboardInterrupt):
            place_owed(settings, STAGE, BY)
    assert [line["kind"] for line in book(settings)] == ["committed"]
    assert deliver_placements(settings) == []
    act = place_owed(settings, STAGE, BY)
    assert act is not None and act.is_new and len(act.slots) == 6
    # killed after the line and before delivery: the next run delivers
    assert len(deliver_placements(settings)) == 1


def test_a_changed_list_is_noticed(settings: Settings) -> None:
    commit(settings, STAGE, BY)
    act = place_owed(settings, STAGE, BY)
    assert act is not None
    folder = slots_folder(settings)
    assert verify_book(folder / "book.jsonl").finding is None
    assert verify_book(folder / "book.jsonl").count_places == 6
    file = list_file(folder, act.act_no, "places")
    file.chmod(0o644)
    content = file.read_text()
    file.write_text(content.replace("AC-A", "AC-C"))
    assert verify_book(folder / "book.jsonl").finding == ("file", {"file": file.name})
    with refused(OrchestrationError, "slots_list_changed"):
        deliver_placements(settings)


def test_other_places_than_the_seed_gives_are_found_although_every_hash_holds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(settings, STAGE, BY)
    real = placements.place
    with monkeypatch.context() as patched:
        patched.setattr(placements, "place", lambda seed, *rest: real("00" * 32, *rest))
        act = place_owed(settings, STAGE, BY)
    assert act is not None
    found = verify_book(slots_folder(settings) / "book.jsonl")
    assert found.finding == ("places", {"act": act.act_no})


def test_a_line_that_is_changed_breaks_the_book(settings: Settings) -> None:
    commit(settings, STAGE, BY)
    file: Path = slots_folder(settings) / "book.jsonl"
    file.write_text(file.read_text().replace(BY, "B. Engineer"))
    assert verify_book(file).finding == ("line", {"line": 1})
    with refused(OrchestrationError, "book_broken"):
        place_owed(settings, STAGE, BY)
