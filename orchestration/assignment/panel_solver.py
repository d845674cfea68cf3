"""Choosing the experts of each work (Order §6.5–§6.7; docs/decisions/0023).

Belongs here: the three steps, each of which keeps what the one before reached: everybody gets what they need
and loads are as even as can be (a flow of least cost, exact); pairs of experts share as few works as
exchanges can bring about; the graph of works and experts hangs together. Whole numbers only. Not here: why
nothing fits (`panel_shortage.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from orchestration.assignment.panel_problem import Panels, Problem, Work

_SOURCE, _SINK, _LACK = ("source", ""), ("sink", ""), ("lack", "")
_MOST_ROUNDS = 50


class TooFewPlacesError(Exception):
    """No assignment keeps every constraint."""


def assign(problem: Problem, seed: str) -> Panels:
    """All experts of each work, those kept included; codes in order. `TooFewPlacesError` if nothing fits.

    Every load is within one of an assignment with the least sum of squared loads, in which no work can be
    moved, directly or along a chain, from an expert to one with at least two fewer and a place left; it is
    such an assignment unless fields had to be linked (`_Exchange.connect`). The same seed gives the same
    panels, whatever the order of works and experts.
    """
    problem = problem.in_order_of(seed)
    given = even_loads(problem)
    exchange = _Exchange(problem, given)
    exchange.spread()
    exchange.connect()
    return {
        work.work_no: tuple(sorted((*work.kept, *exchange.given[work.work_no])))
        for work in sorted(problem.works, key=lambda work: work.work_no)
    }


def even_loads(problem: Problem) -> dict[str, list[str]]:
    """New experts of each work, by a flow of least cost: a place costs more the more works its expert has."""
    import networkx as nx

    graph = nx.DiGraph()
    total = sum(work.needs for work in problem.works)
    if not total:
        return {work.work_no: [] for work in problem.works}
    allowed = problem.allowed
    # Dearer than any way around it: it is used only where nothing else is left.
    dear = 2 + 2 * max((expert.load + expert.places for expert in problem.experts), default=0)
    graph.add_node(_SINK, demand=total)
    graph.add_edge(_LACK, _SINK, capacity=total, weight=0)
    for work in problem.works:
        if work.needs:
            graph.add_node(("work", work.work_no), demand=-work.needs)
            graph.add_edge(("work", work.work_no), _LACK, capacity=work.needs, weight=dear)
            for code in allowed[work.work_no]:
                graph.add_edge(("work", work.work_no), ("expert", code), capacity=1, weight=0)
    wanted = Counter(code for work in problem.works if work.needs for code in allowed[work.work_no])
    for expert in problem.experts:
        for load in range(expert.load, expert.load + min(expert.places, wanted[expert.code])):
            place = ("place", f"{expert.code} {load}")
            graph.add_edge(("expert", expert.code), place, capacity=1, weight=2 * load + 1)
            graph.add_edge(place, _SINK, capacity=1, weight=0)
    _, flow = nx.network_simplex(graph)
    if any(flow.get(("work", work.work_no), {}).get(_LACK) for work in problem.works):
        raise TooFewPlacesError
    return {
        work.work_no: [
            code
            for code in (allowed[work.work_no] if work.needs else ())
            if flow[("work", work.work_no)][("expert", code)]
        ]
        for work in problem.works
    }


class _Exchange:
    """An assignment that is improved by exchanges: constraints hold after each."""

    def __init__(self, problem: Problem, given: dict[str, list[str]]) -> None:
        self.given = given
        self._works = {work.work_no: work for work in problem.works}
        self._open = [work for work in problem.works if work.needs]
        self._before = Counter({expert.code: expert.load for expert in problem.experts})
        self._most = {expert.code: expert.load + expert.places for expert in problem.experts}
        self._may = {number: frozenset(codes) for number, codes in problem.allowed.items()}
        # An exchange needs an expert whom either work may be given.
        self._near = {
            work.work_no: [
                other
                for other in self._open
                if other is not work and not self._may[work.work_no].isdisjoint(self._may[other.work_no])
            ]
            for work in self._open
        }
        codes = sorted({expert.code for expert in problem.experts} | set(self._everybody()))
        self._common = {code: dict.fromkeys(codes, 0) for code in codes}
        for work in problem.works:
            panel = self._panel(work)
            for code in panel:
                self._count(code, (other for other in panel if other != code), 1, both=False)

    def _everybody(self) -> Iterator[str]:
        for work in self._works.values():
            yield from self._panel(work)

    def _panel(self, work: Work) -> list[str]:
        return [*work.kept, *self.given[work.work_no]]

    def _count(self, code: str, others: Any, change: int, *, both: bool = True) -> None:
        for other in others:
            self._common[code][other] += change
            if both:
                self._common[other][code] += change

    def spread(self) -> None:
        """Exchange experts between works until no exchange lowers the sum of squares of common works."""
        for _ in range(_MOST_ROUNDS):
            count_improved = sum(self._improve(work) for work in self._open)
            if not count_improved:
                return

    def _improve(self, work: Work) -> bool:
        """The first exchange of one of the work's experts that lowers the sum, over the works in order."""
        may = self._may[work.work_no]
        for other in self._near[work.work_no]:
            if may.isdisjoint(self.given[other.work_no]):
                continue
            for mine, theirs, gain in self._exchanges(work, other):
                if gain < 0:
                    self._swap(work, other, mine, theirs)
                    return True
        return False

    def _exchanges(self, work: Work, other: Work) -> Iterator[tuple[str, str, int]]:
        """Exchanges between two works that keep every constraint: the two experts, and what the sum gains."""
        ours, others = self._panel(work), self._panel(other)
        may_ours, may_others = self._may[work.work_no], self._may[other.work_no]
        for mine in self.given[work.work_no]:
            if mine in others or mine not in may_others:
                continue
            for theirs in self.given[other.work_no]:
                if theirs not in ours and theirs in may_ours:
                    yield mine, theirs, self._gain(ours, others, mine, theirs)

    def _gain(self, ours: list[str], others: list[str], mine: str, theirs: str) -> int:
        """Change of the sum of squares when `mine` and `theirs` change places."""
        with_mine, with_theirs = self._common[mine], self._common[theirs]
        # Whoever is on both panels meets one of the two before and after: nothing changes for them.
        change = 0
        for code in ours:
            if code != mine and code not in others:
                change += 2 * (with_theirs[code] - with_mine[code]) + 2
        for code in others:
            if code != theirs and code not in ours:
                change += 2 * (with_mine[code] - with_theirs[code]) + 2
        return change

    def _swap(self, work: Work, other: Work, mine: str, theirs: str) -> None:
        self._replace(work.work_no, mine, theirs)
        self._replace(other.work_no, theirs, mine)

    def connect(self) -> None:
        """Join parts of the graph, each time by the exchange that costs least, as long as there is one.

        Where none does, an expert of both parts gets one work of the other; the load of two others moves by
        one, and of nobody by more.
        """
        moved: set[str] = set()
        while self._join() or self._shift(moved):
            pass

    def _join(self) -> bool:
        """Make the cheapest exchange that joins two parts.

        It does if one of the two links that it removes lies on a cycle: its part stays whole without it, and
        the new links tie everything of the other part to it. If neither does, as many parts are left.
        """
        part_of, loose = self._parts()
        joining = (
            (gain, work.work_no, other.work_no, mine, theirs)
            for work in self._open
            for other in self._near[work.work_no]
            if work.work_no < other.work_no and part_of[work.work_no] != part_of[other.work_no]
            for mine, theirs, gain in self._exchanges(work, other)
            if (work.work_no, mine) in loose or (other.work_no, theirs) in loose
        )
        cheapest = min(joining, default=None)
        if cheapest is None:
            return False
        _, number, other_number, mine, theirs = cheapest
        self._swap(self._works[number], self._works[other_number], mine, theirs)
        return True

    def _shift(self, moved: set[str]) -> bool:
        """Give an expert a work of another part in place of one of their own, as evenly as it can be done.

        Somebody of the first part takes the expert's work over, somebody of the other has one fewer. Both
        links that go lie on cycles, so that both parts stay whole. moved: experts whose load moved before.
        """
        part_of, loose = self._parts()
        loads = self._loads()
        open_seats = self._seats_open_to(part_of, loose, loads, moved)
        shifts = []
        for work in self._open:
            taker = self._taker(work, loads, moved)
            if taker is None:
                continue
            for mine in self.given[work.work_no]:
                if (work.work_no, mine) in loose:
                    shifts += [
                        (loads[taker] - loads[theirs], work.work_no, mine, taker, number, theirs)
                        for part, number, theirs in open_seats.get(mine, ())
                        if part != part_of[work.work_no] and theirs != taker
                    ]
        if not shifts:
            return False
        _, number, mine, taker, other_number, theirs = min(shifts)
        self._replace(number, mine, taker)
        self._replace(other_number, theirs, mine)
        moved.update((taker, theirs))
        return True

    def _taker(self, work: Work, loads: Counter[str], moved: set[str]) -> str | None:
        """Who takes a work over from one of its experts: the least loaded who may and has a place."""
        free = [
            (loads[code], code)
            for code in self._may[work.work_no] - set(self._panel(work))
            if code not in moved and loads[code] < self._most[code]
        ]
        return min(free)[1] if free else None

    def _seats_open_to(
        self,
        part_of: dict[str, int],
        loose: frozenset[tuple[str, str]],
        loads: Counter[str],
        moved: set[str],
    ) -> dict[str, list[tuple[int, str, str]]]:
        """For each expert and part the seat they could take there: (part, work, who gives it up).

        The most loaded gives it up; a seat counts whose link lies on a cycle.
        """
        found: dict[tuple[str, int], tuple[int, str, str]] = {}
        for work in self._open:
            for theirs in self.given[work.work_no]:
                if (work.work_no, theirs) not in loose or theirs in moved:
                    continue
                seat = (-loads[theirs], work.work_no, theirs)
                for code in self._may[work.work_no] - set(self._panel(work)):
                    key = (code, part_of[work.work_no])
                    found[key] = min(found.get(key, seat), seat)
        seats: dict[str, list[tuple[int, str, str]]] = {}
        for (code, part), (_, number, theirs) in found.items():
            seats.setdefault(code, []).append((part, number, theirs))
        return seats

    def _replace(self, number: str, before: str, after: str) -> None:
        others = [code for code in self._panel(self._works[number]) if code != before]
        self._count(before, others, -1)
        self._count(after, others, 1)
        codes = self.given[number]
        codes[codes.index(before)] = after

    def _loads(self) -> Counter[str]:
        """Works of each expert, those of before included."""
        return self._before + Counter(code for codes in self.given.values() for code in codes)

    def _parts(self) -> tuple[dict[str, int], frozenset[tuple[str, str]]]:
        """The part of the graph that each work is in, and the links (work, expert) that lie on a cycle."""
        import networkx as nx

        graph = nx.Graph()
        for number, work in self._works.items():
            graph.add_node(("work", number))
            graph.add_edges_from((("work", number), ("expert", code)) for code in self._panel(work))
        part_of = {
            code: place
            for place, part in enumerate(nx.connected_components(graph))
            for kind, code in part
            if kind == "work"
        }
        if len(set(part_of.values())) < 2:
            return part_of, frozenset()
        bridges = {frozenset(link) for link in nx.bridges(graph)}
        links = ((number, code) for number, work in self._works.items() for code in self._panel(work))
        return part_of, frozenset(
            (number, code)
            for number, code in links
            if frozenset((("work", number), ("expert", code))) not in bridges
        )
