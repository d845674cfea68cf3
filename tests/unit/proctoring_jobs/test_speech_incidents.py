"""From likelihoods of speech to incidents: thresholds, pauses, minimum, holes, the end of the sitting."""

from __future__ import annotations

from decimal import Decimal

import pytest

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.incidents import speech_incidents
from proctoring_jobs.signals import Hearing

WINDOW = Decimal("0.1")


def heard(text: str, start: Decimal = Decimal(0)) -> list[Hearing]:
    """A tenth of a second a sign: # speech, ~ between the thresholds, . none, space nothing recorded."""
    likely = {"#": 0.9, "~": 0.4, ".": 0.1}
    return [Hearing(start + number * WINDOW, likely[sign]) for number, sign in enumerate(text) if sign != " "]


def spoken(hearings: list[Hearing], duration: int = 60, **settings: object) -> list[tuple[str, str]]:
    config = ProctoringConfig(**settings)  # type: ignore[arg-type]
    found = speech_incidents(hearings, config, window=WINDOW, duration=Decimal(duration))
    assert {incident.signal_type_code for incident in found} <= {"speech"}
    return [(str(incident.started_seconds), str(incident.duration_seconds)) for incident in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("." * 100, []),
        ("#" * 14 + ".", []),  # a word
        ("#" * 15 + ".", [("0.0", "1.5")]),
        ("." * 5 + "#" * 20, [("0.5", "2.0")]),
        # a pause of a speaker is speech, a longer one ends it
        ("#" * 10 + "." * 6 + "#" * 10, [("0.0", "2.6")]),
        ("#" * 10 + "." * 7 + "#" * 10, []),
        # between the thresholds speech goes on, but does not begin
        ("#" + "~" * 14, [("0.0", "1.5")]),
        ("~" * 30, []),
        # two of them, five seconds apart and less, are one item
        ("#" * 15 + "." * 50 + "#" * 15, [("0.0", "8.0")]),
        ("#" * 15 + "." * 51 + "#" * 15, [("0.0", "1.5"), ("6.6", "1.5")]),
        # a hole ends the state: what is likely after it must be likely by itself
        ("#" * 15 + " " * 70 + "~" * 30, [("0.0", "1.5")]),
    ],
)
def test_speech_becomes_incidents(text: str, expected: list[tuple[str, str]]) -> None:
    assert spoken(heard(text)) == expected
    assert spoken(list(reversed(heard(text)))) == expected


def test_speech_ends_with_the_sitting() -> None:
    assert spoken(heard("#" * 40), duration=2) == [("0.0", "2.0")]
    assert spoken(heard("#" * 40, Decimal(5)), duration=5) == []


def test_the_numbers_are_settings() -> None:
    assert spoken(heard("#" * 4), speech_seconds=Decimal("0.4")) == [("0.0", "0.4")]
    assert spoken(heard("~" * 20), speech_on=0.4, speech_off=0.3) == [("0.0", "2.0")]
    apart = heard("#" * 10 + "." * 9 + "#" * 10)
    assert spoken(apart, speech_pause_seconds=Decimal("0.9")) == [("0.0", "2.9")]
