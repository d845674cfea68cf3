"""Why no assignment keeps every constraint: which fields lack how many places, and which works conflicts bar.

Belongs here: reading a cut of least capacity. Not here: the sentence in which it is told (the catalogues),
solving (`panel_solver.py`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.assignment.panel_problem import Problem

_SOURCE, _SINK = ("source", ""), ("sink", "")


@dataclass(frozen=True)
class Lack:
    """Fields that together lack places; works: those that conflicts keep from a free expert of the field.

    Several fields stand together where they share the experts who are full. Without works it is the pool that
    is too small: the same number would be lacking if nobody had a conflict.
    """

    tracks: tuple[str, ...]
    places: int
    works: tuple[str, ...] = ()


def find_lacks(problem: Problem) -> list[Lack]:
    """What the pool lacks, and beyond it what conflicts cost; empty if an assignment exists."""
    of_pool, in_all = _unmet(problem.unbarred()), _unmet(problem)
    barred = in_all.barred
    unions = _unions(problem, [*of_pool.groups, *in_all.groups])
    found = _compared(unions, of_pool.by_track, in_all.by_track, barred)
    if found is None:
        # What is lacking can stand in one field or in another: said of all of them together it is true.
        everything = [frozenset(track for union in unions for track in union)]
        found = _compared(everything, of_pool.by_track, in_all.by_track, barred)
    return sorted(found or [], key=lambda lack: (bool(lack.works), lack.tracks))


@dataclass(frozen=True)
class _Unmet:
    """Places that no expert can fill, by field; groups: fields that want the same experts.

    barred: by field the works with a conflict that matters, which is one with an expert who is not full.
    """

    by_track: Counter[str]
    groups: tuple[frozenset[str], ...]
    barred: Mapping[str, tuple[str, ...]]


def _compared(
    unions: Iterable[frozenset[str]],
    of_pool: Counter[str],
    in_all: Counter[str],
    barred: Mapping[str, tuple[str, ...]],
) -> list[Lack] | None:
    """Lacks of each union of fields; None where the two counts of a union cannot be told apart."""
    found = []
    for union in unions:
        tracks = tuple(sorted(union))
        small, more = (sum(counts[track] for track in tracks) for counts in (of_pool, in_all))
        works = tuple(sorted(number for track in tracks for number in barred.get(track, ())))
        if more < small or (more > small and not works):
            return None
        if small:
            found.append(Lack(tracks, small))
        if more > small:
            found.append(Lack(tracks, more - small, works))
    return found


def _unions(problem: Problem, groups: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Fields joined wherever a group names several."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(sorted({work.track for work in problem.works}))
    for group in groups:
        nx.add_path(graph, sorted(group))
    return [frozenset(union) for union in nx.connected_components(graph)]


def _unmet(problem: Problem) -> _Unmet:
    """What a flow of most places leaves open."""
    import networkx as nx
    from networkx.algorithms.flow import preflow_push

    graph = nx.DiGraph()
    graph.add_nodes_from((_SOURCE, _SINK))
    wanting = [work for work in problem.works if work.needs]
    for work in wanting:
        graph.add_edge(_SOURCE, ("work", work.work_no), capacity=work.needs)
        for code in problem.allowed[work.work_no]:
            graph.add_edge(("work", work.work_no), ("expert", code), capacity=1)
    for expert in problem.experts:
        graph.add_edge(("expert", expert.code), _SINK, capacity=expert.places)
    residual = preflow_push(graph, _SOURCE, _SINK)
    reached = _reached(residual)
    by_track: Counter[str] = Counter()
    barred: dict[str, list[str]] = defaultdict(list)
    matters = _barred(problem, reached)
    track_of = {("work", work.work_no): work.track for work in wanting}
    for work in wanting:
        node = ("work", work.work_no)
        by_track[work.track] += work.needs - residual[_SOURCE][node]["flow"]
        if node in reached and work.work_no in matters:
            barred[work.track].append(work.work_no)
    groups = tuple(
        frozenset(track_of[node] for node in part if node in track_of)
        for part in nx.connected_components(nx.Graph(residual.subgraph(reached)))
    )
    return _Unmet(by_track, groups, {track: tuple(works) for track, works in barred.items()})


def _reached(residual: Any) -> set[tuple[str, str]]:
    """What can be reached from the source where something is still free: all of it wants more places."""
    seen, ahead = {_SOURCE}, [_SOURCE]
    while ahead:
        node = ahead.pop()
        for following, link in residual[node].items():
            if following not in seen and link["flow"] < link["capacity"]:
                seen.add(following)
                ahead.append(following)
    return seen - {_SOURCE}


def _barred(problem: Problem, reached: set[tuple[str, str]]) -> set[str]:
    """Works with a conflict with an expert of the field who is not full."""
    works = {work.work_no: work for work in problem.works}
    experts = {expert.code: expert for expert in problem.experts}
    found = set()
    for number, code in problem.barred:
        work, expert = works.get(number), experts.get(code)
        if work is None or expert is None or ("expert", code) in reached or code in work.kept:
            continue
        if work.track in expert.tracks and expert.places > 0:
            found.add(number)
    return found
