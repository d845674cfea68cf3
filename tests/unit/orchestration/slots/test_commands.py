"""The commands `rezerv slots …`: what they say, in three languages, and their exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from orchestration.cli import run
from orchestration.settings import Settings
from tests.support.slot_releases import STAGE, Slots, candidate_no, write_slots

BY = ("--by", "A. Engineer")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_from_the_capacity_to_the_platform(
    settings: Settings, slots: Slots, capsys: pytest.CaptureFixture[str], language: str, tmp_path: Path
) -> None:
    def rezerv(*arguments: str) -> str:
        assert run(["--lang", language, "slots", *arguments]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    book = settings.home / "slots" / "book.jsonl"
    assert "34" in rezerv("show")
    assert str(book) in rezerv("commit", STAGE, *BY)
    assert "placement__places__0002.csv" in rezerv("place", STAGE, *BY)
    assert "placement" not in rezerv("place", STAGE, *BY)
    shown = rezerv("show", STAGE)
    assert "AC-B" in shown and "R25-" not in shown
    assert {"kk": "толық", "ru": "занято", "en": "full"}[language] in shown
    assert candidate_no(6) in rezerv("show", STAGE, "--numbers")
    assert rezerv("verify", str(book)).strip()
    assert "R25-" not in rezerv("timetable")
    listed = rezerv("timetable", "--numbers")
    assert "PM-01" in listed and candidate_no(77) in listed and "03" in listed
    write_slots(settings, Slots(slots.slots, [], placed=[(1, "AC-A"), (2, "AC-B")]))
    said = rezerv("export", STAGE, "--out", str(tmp_path / "out"))
    assert "places.csv" in said
    rows = list(csv.DictReader((tmp_path / "out" / f"2025-{STAGE}-places.csv").open()))
    assert [row["candidate_no"] for row in rows] == [candidate_no(1), candidate_no(2)]
    assert rows[0]["starts_at"] == "2025-08-22T09:00:00+05:00" and rows[0]["kind"] == "given"
    content = json.loads((tmp_path / "out" / f"2025-{STAGE}-places.json").read_text())
    assert content["places"] == rows
    rezerv("export", "expert_commission", "--out", str(tmp_path / "out"))
    [turn] = csv.DictReader((tmp_path / "out" / "2025-commission-timetable.csv").open())
    assert turn["member_codes"] == "PM-01|TM-AGR-01|OB-AGR-01" and turn["recused_member_codes"] == "PM-01"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_place_given_by_hand(settings: Settings, capsys: pytest.CaptureFixture[str], language: str) -> None:
    arguments = ["slots", "give", STAGE, candidate_no(1), "AC-C", *BY, "--reason", "came back"]
    assert run(["--lang", language, *arguments]) == 0
    assert "placement__places__0001.csv" in capsys.readouterr().out
    assert run(["--lang", language, "slots", "show", STAGE]) == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "nowhere"), 2),
        (("commit", STAGE), 2),
        (("commit", "national_commission", *BY), 2),
        (("place", STAGE, *BY), 2),
        (("give", STAGE, "R25-000001", "NO-SLOT", *BY, "--reason", "x"), 2),
        (("export", "registration"), 2),
        (("verify", "no-such-book.jsonl"), 2),
    ],
)
def test_a_mistake_is_one_paragraph(
    settings: Settings, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int
) -> None:
    assert run(["slots", *arguments]) == code
    said = capsys.readouterr().err
    assert "Traceback" not in said and said.strip()


def test_a_broken_book_is_no_success(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["slots", "commit", STAGE, *BY]) == 0
    book = settings.home / "slots" / "book.jsonl"
    book.write_text(book.read_text().replace("Engineer", "Nobody"))
    assert run(["slots", "verify", str(book)]) == 1
    assert "1" in capsys.readouterr().out


def test_places_that_lack_fail_with_the_tracks(
    settings: Settings, slots: Slots, capsys: pytest.CaptureFixture[str]
) -> None:
    write_slots(settings, Slots(slots.slots, [(n, "digital") for n in range(9)]))
    assert run(["slots", "commit", STAGE, *BY]) == 0
    assert run(["slots", "place", STAGE, *BY]) == 1
    assert "5" in capsys.readouterr().err.splitlines()[-1]
