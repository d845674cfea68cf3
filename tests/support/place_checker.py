"""An independent look at a placing of people in free slots: capacity, who may sit where, whether all could.

Shares no code with `orchestration/slots`; people and slots come as plain dicts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx


@dataclass(frozen=True)
class Case:
    """people: number -> (track, language, is for a resit, barred slots).

    slots: number -> (start, places, track or "", language or "", is for resits).
    """

    people: Mapping[str, tuple[str, str, bool, frozenset[str]]]
    slots: Mapping[str, tuple[str, int, str, str, bool]]

    def may(self, who: str, slot: str) -> bool:
        track, language, is_resit, barred = self.people[who]
        _, _, of_track, in_language, for_resits = self.slots[slot]
        return (
            slot not in barred
            and is_resit is for_resits
            and (not of_track or of_track == track)
            and (not in_language or in_language == language)
        )


def faults(case: Case, placed: Mapping[str, str]) -> list[str]:
    """What a placing breaks: who may not sit there, slots that are over, who could be earlier."""
    found = [f"{who}: may not sit in {slot}" for who, slot in placed.items() if not case.may(who, slot)]
    taken = Counter(placed.values())
    found += [f"{slot}: over" for slot, count in taken.items() if count > case.slots[slot][1]]
    found += [
        f"{who}: {other} is earlier and free"
        for who, slot in placed.items()
        for other, (start, places, *_) in case.slots.items()
        if taken[other] < places and case.may(who, other) and (start, other) < (case.slots[slot][0], slot)
    ]
    return found


def most_placed(case: Case) -> int:
    """How many people can be placed at all, by a greatest flow."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for who in case.people:
        graph.add_edge("source", ("person", who), capacity=1)
        for slot in case.slots:
            if case.may(who, slot):
                graph.add_edge(("person", who), ("slot", slot), capacity=1)
    for slot, (_, places, *_) in case.slots.items():
        graph.add_edge(("slot", slot), "sink", capacity=places)
    return int(nx.maximum_flow_value(graph, "source", "sink"))
