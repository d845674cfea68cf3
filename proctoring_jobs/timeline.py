"""Which packets of a recording must be decoded to see it at given moments: pure arithmetic on an index.

Belongs here: ticks, slots, groups of pictures. Does not belong here: reading and decoding (`frames.py`).

A moment's picture needs all packets since the keyframe before it. Where keyframes are dense, nearly nothing
else has to be decoded; where they are sparse, nearly everything. One rule covers both, and the pictures
around a finding, which are decoded a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from proctoring_jobs.signals import Window


@dataclass(frozen=True)
class PacketMark:
    """A packet in the order of the file: the time of its picture, seconds (None: unknown), and its kind."""

    at_seconds: Decimal | None
    is_keyframe: bool


@dataclass(frozen=True)
class Wanted:
    """Pictures to be had: the first at or after the beginning of each slot of `1 / rate` seconds.

    `slots` maps the number of a slot (its beginning times the rate) to the time of its first picture.
    """

    rate: Decimal
    slots: dict[int, Decimal]

    def slot_of(self, at_seconds: Decimal) -> int:
        """The slot a moment lies in."""
        return int(at_seconds * self.rate)


def wanted_pictures(
    marks: Iterable[PacketMark],
    rate: Decimal,
    *,
    windows: Sequence[Window] | None = None,
    until: Decimal | None = None,
    known: frozenset[Decimal] = frozenset(),
) -> Wanted:
    """The first picture of each slot, `rate` slots a second, before `until` seconds.

    `windows` limits it to pictures in some stretches; pictures at times that are `known` are left out: they
    were seen before. Slots without a picture are left out.
    """
    slots: dict[int, Decimal] = {}
    for mark in marks:
        at = mark.at_seconds
        if at is None or at < 0 or (until is not None and at >= until):
            continue
        slot = int(at * rate)
        if slot not in slots or at < slots[slot]:
            slots[slot] = at
    kept = {
        slot: at
        for slot, at in sorted(slots.items())
        if at not in known and (windows is None or any(w.holds(at) for w in windows))
    }
    return Wanted(rate, kept)


def groups(marks: Sequence[PacketMark]) -> list[int]:
    """For each packet the number of its group of pictures: a keyframe begins one. Rises from 0."""
    numbers, group = [], 0
    for place, mark in enumerate(marks):
        group += 1 if mark.is_keyframe and place else 0
        numbers.append(group)
    return numbers


def slots_by_group(marks: Sequence[PacketMark], wanted: Wanted) -> dict[int, set[int]]:
    """For each group with a wanted picture, the slots whose pictures it holds."""
    slot_at = {at: slot for slot, at in wanted.slots.items()}
    found: dict[int, set[int]] = {}
    for mark, group in zip(marks, groups(marks), strict=True):
        if mark.at_seconds is not None and mark.at_seconds in slot_at:
            found.setdefault(group, set()).add(slot_at.pop(mark.at_seconds))
    return found


def merged_windows(windows: Iterable[Window]) -> list[Window]:
    """Windows in order of time; those that touch are one."""
    merged: list[Window] = []
    for window in sorted(windows, key=lambda w: (w.started, w.ended)):
        if merged and window.started <= merged[-1].ended:
            merged[-1] = Window(merged[-1].started, max(merged[-1].ended, window.ended))
        else:
            merged.append(window)
    return merged
