from __future__ import annotations

from decimal import Decimal

import pytest

from proctoring_jobs.pace import Pace, clock_text
from proctoring_jobs.progress import LINE_EVERY_SECONDS, ProgressDisplay


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_time_left_by_hours_of_video() -> None:
    clock = Clock()
    pace = Pace({"A": Decimal(3600), "B": Decimal(1800), "C": Decimal(9000)}, clock)
    assert (pace.video_per_hour, pace.seconds_left) == (None, None)
    clock.now = 600
    pace.note("A", 3600, is_worked=True)
    assert pace.video_per_hour == 6
    assert pace.seconds_left == pytest.approx(10_800 / 6)


def test_what_was_done_before_is_no_speed() -> None:
    clock = Clock()
    pace = Pace({"A": Decimal(3600), "B": Decimal(3600)}, clock)
    clock.now = 1
    pace.note("A", 3600, is_worked=False)
    assert (pace.count_done, pace.video_per_hour, pace.seconds_left) == (1, None, None)
    pace.note("B", 0, is_worked=False)
    assert pace.seconds_left == 0


def test_without_lengths_time_left_goes_by_sittings() -> None:
    clock = Clock()
    pace = Pace({"A": None, "B": None, "C": Decimal(60)}, clock)
    clock.now = 10
    pace.note("A", 5, is_worked=True)
    assert pace.seconds_left == 20


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00:00"), (59.6, "0:01:00"), (360_061, "100:01:01")])
def test_spans_are_shown_in_hours(seconds: float, shown: str) -> None:
    assert clock_text(seconds) == shown


def test_lines_come_now_and_then_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    pace = Pace({"A": Decimal(3600), "B": Decimal(3600)}, clock)
    with ProgressDisplay(pace, "en", clock, is_bar=False) as display:
        clock.now = LINE_EVERY_SECONDS - 1
        display.update()
        assert capsys.readouterr().err == ""
        clock.now = 60
        pace.note("A", 3600, is_worked=True)
        display.update()
        assert capsys.readouterr().err == "1 of 2 sittings, 60.0 hours of video an hour, 0:01:00 left\n"


def test_a_terminal_has_a_bar_with_the_same_words(capsys: pytest.CaptureFixture[str]) -> None:
    pace = Pace({"A": Decimal(3600)}, Clock())
    with ProgressDisplay(pace, "ru", is_bar=True) as display:
        pace.note("A", 3600, is_worked=True)
        display.update()
    assert "сеансов – 1 из 1" in capsys.readouterr().err
