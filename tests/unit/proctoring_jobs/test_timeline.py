from __future__ import annotations

from decimal import Decimal

import pytest

from proctoring_jobs.signals import Window
from proctoring_jobs.timeline import (
    PacketMark,
    groups,
    merged_windows,
    slots_by_group,
    wanted_pictures,
)


def marks(*times: str, keys: str = "0") -> list[PacketMark]:
    keyframes = set(keys.split())
    return [PacketMark(None if at == "-" else Decimal(at), at in keyframes) for at in times]


def wanted(packets: list[PacketMark], rate: str = "1", **limits: object) -> list[str]:
    return [str(at) for at in wanted_pictures(packets, Decimal(rate), **limits).slots.values()]  # type: ignore[arg-type]


def test_the_first_picture_of_each_slot() -> None:
    packets = marks("0", "0.4", "0.9", "1.1", "1.2", "4.0", "3.9")
    assert wanted(packets) == ["0", "1.1", "3.9", "4.0"]
    assert wanted(packets, "2") == ["0", "0.9", "1.1", "3.9", "4.0"]
    assert wanted([]) == []


def test_pictures_out_of_the_order_of_time_are_put_into_it() -> None:
    assert wanted(marks("0", "0.6", "0.2", "1.5", "1.1")) == ["0", "1.1"]


def test_pictures_without_a_time_before_the_start_or_after_the_end_are_not_wanted() -> None:
    packets = marks("-", "-0.5", "0.2", "1.0", "2.0")
    assert wanted(packets, until=Decimal(2)) == ["0.2", "1.0"]


def test_windows_and_what_is_known_limit_a_second_look() -> None:
    packets = marks(*(f"{number / 4}" for number in range(40)))
    windows = [Window(Decimal("2.5"), Decimal("3.25"))]
    assert wanted(packets, "4", windows=windows) == ["2.5", "2.75", "3.0", "3.25"]
    known = frozenset({Decimal("3.0")})
    assert wanted(packets, "4", windows=windows, known=known) == ["2.5", "2.75", "3.25"]


def test_a_keyframe_begins_a_group() -> None:
    assert groups(marks("0", "1", "2", "3", keys="0 2")) == [0, 0, 1, 1]
    assert groups(marks("0", "1", "2", keys="1")) == [0, 1, 1]  # cut off in front: a group without a keyframe


def test_groups_without_a_wanted_picture_are_not_decoded() -> None:
    packets = marks("0", "0.5", "1", "1.5", "2", "2.5", "3", keys="0 1 2 3")
    found = wanted_pictures(packets, Decimal("0.5"))
    assert slots_by_group(packets, found) == {0: {0}, 2: {1}}


@pytest.mark.parametrize(
    ("windows", "expected"),
    [([], []), ([(3, 4), (0, 1)], [(0, 1), (3, 4)]), ([(0, 2), (2, 5), (1, 3)], [(0, 5)])],
)
def test_windows_that_touch_are_one(windows: list, expected: list) -> None:
    def of(pairs: list) -> list[Window]:
        return [Window(Decimal(a), Decimal(b)) for a, b in pairs]

    assert merged_windows(of(windows)) == of(expected)
