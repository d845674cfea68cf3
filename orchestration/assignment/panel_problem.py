"""What has to be assigned: works that need experts, experts with places left, and who may not meet whom.

Belongs here: the records of the problem, its one order, and the measures of an assignment. Not here: where
they come from (`panels.py`), solving (`panel_solver.py`), why nothing fits (`panel_shortage.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from orchestration.assignment.dealing import ordered

# The experts of each work, as codes in order.
Panels = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Work:
    """A work by its number: its field, how many experts it still needs, and those who have it already."""

    work_no: str
    track: str
    needs: int
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expert:
    """An expert by code: fields, works that may still be given, and works that the expert has already."""

    code: str
    tracks: frozenset[str]
    places: int
    load: int = 0


@dataclass(frozen=True)
class Problem:
    """Works and experts, in any order. barred: pairs (work number, expert code) that may not meet."""

    works: tuple[Work, ...]
    experts: tuple[Expert, ...]
    barred: frozenset[tuple[str, str]] = frozenset()

    def in_order_of(self, seed: str) -> Problem:
        """The same problem in the order that a seed draws, so that nothing depends on how it came."""
        works = {work.work_no: work for work in self.works}
        experts = {expert.code: expert for expert in self.experts}
        return Problem(
            tuple(works[number] for number in ordered(seed, "work", works)),
            tuple(experts[code] for code in ordered(seed, "expert", experts)),
            self.barred,
        )

    def unbarred(self) -> Problem:
        """The same problem, had nobody a conflict."""
        return Problem(self.works, self.experts)

    @cached_property
    def allowed(self) -> Mapping[str, tuple[str, ...]]:
        """Experts who may be given each work, in the order of the experts."""
        return {
            work.work_no: tuple(
                expert.code
                for expert in self.experts
                if expert.places > 0
                and work.track in expert.tracks
                and expert.code not in work.kept
                and (work.work_no, expert.code) not in self.barred
            )
            for work in self.works
        }


def pair_counts(panels: Iterable[Iterable[str]]) -> Counter[tuple[str, str]]:
    """How many works each pair of experts has in common; pairs without one are left out."""
    counts: Counter[tuple[str, str]] = Counter()
    for panel in panels:
        counts.update(combinations(sorted(panel), 2))
    return counts


def shared_works(panels: Iterable[Iterable[str]]) -> int:
    """The measure of evenness of pairs: the sum over pairs of experts of the square of their common works.

    Of assignments with the same loads the one with the smaller sum has works spread over more pairs.
    """
    return sum(count * count for count in pair_counts(panels).values())


def count_parts(panels: Panels) -> int:
    """Connected parts of the graph that joins each work with its experts; marks of two parts have no link."""
    import networkx as nx

    graph = nx.Graph()
    for work_no, experts in panels.items():
        graph.add_edges_from((("work", work_no), ("expert", code)) for code in experts)
    return int(nx.number_connected_components(graph))
