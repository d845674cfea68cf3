"""An independent look at an assignment of experts: every constraint, evenness, connectedness.

Shares no code with `orchestration/assignment`; works and experts come as plain tuples and dicts.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """works: number -> (track, needs, kept). experts: code -> (tracks, places, load before). barred pairs."""

    works: Mapping[str, tuple[str, int, tuple[str, ...]]]
    experts: Mapping[str, tuple[frozenset[str], int, int]]
    barred: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def may(self, work: str, expert: str) -> bool:
        track, _, kept = self.works[work]
        tracks, places, _ = self.experts[expert]
        return track in tracks and places > 0 and expert not in kept and (work, expert) not in self.barred


def faults(case: Case, panels: Mapping[str, Sequence[str]]) -> list[str]:
    """What an assignment breaks; empty if it keeps every hard constraint."""
    found = []
    if set(panels) != set(case.works):
        found.append("other works")
    new: Counter[str] = Counter()
    for work, panel in panels.items():
        _, needs, kept = case.works[work]
        if len(set(panel)) != len(panel):
            found.append(f"{work}: an expert twice")
        if not set(kept) <= set(panel):
            found.append(f"{work}: a kept expert is gone")
        added = [code for code in panel if code not in kept]
        if len(added) != needs:
            found.append(f"{work}: {len(added)} new experts, not {needs}")
        found += [f"{work}: {code} may not" for code in added if not case.may(work, code)]
        new.update(added)
    found += [f"{code}: over capacity" for code, count in new.items() if count > case.experts[code][1]]
    return found


def loads(case: Case, panels: Mapping[str, Sequence[str]]) -> Counter[str]:
    """Works of each expert, those of before included."""
    counts = Counter({code: load for code, (_, _, load) in case.experts.items()})
    for work, panel in panels.items():
        counts.update(code for code in panel if code not in case.works[work][2])
    return counts


def evened(case: Case, panels: Mapping[str, Sequence[str]]) -> Counter[str]:
    """Loads after every chain of handing works on that makes two loads less unequal."""
    new = {work: {c for c in panel if c not in case.works[work][2]} for work, panel in panels.items()}
    while True:
        counts = loads(case, {work: [*case.works[work][2], *codes] for work, codes in new.items()})
        chain = next(
            (found for code in sorted(case.experts, key=lambda c: -counts[c])
             if (found := _chain(case, new, counts, code))),
            None,
        )  # fmt: skip
        if chain is None:
            return counts
        for giver, work, taker in chain:
            new[work].remove(giver)
            new[work].add(taker)


def _chain(
    case: Case, new: Mapping[str, set[str]], counts: Mapping[str, int], start: str
) -> list[tuple[str, str, str]]:
    """Steps (giver, work, taker) from an expert to one with at least two works fewer and a place left."""
    came: dict[str, tuple[str, str] | None] = {start: None}
    ahead = deque([start])
    while ahead:
        code = ahead.popleft()
        _, places, before = case.experts[code]
        if counts[code] <= counts[start] - 2 and counts[code] < before + places:
            steps = []
            while (step := came[code]) is not None:
                steps.append((step[0], step[1], code))
                code = step[0]
            return steps[::-1]
        for work, codes in new.items():
            if code in codes:
                for taker in case.experts:
                    if taker not in came and taker not in codes and case.may(work, taker):
                        came[taker] = (code, work)
                        ahead.append(taker)
    return []


def most_places(case: Case) -> int:
    """How many of the needed places can be given at all, by single augmenting paths."""
    given: dict[str, set[str]] = {work: set() for work in case.works}
    used: Counter[str] = Counter()
    total = 0
    for work, (_, needs, _) in sorted(case.works.items()):
        for _ in range(needs):
            total += _augment(case, given, used, work)
    return total


def _augment(case: Case, given: dict[str, set[str]], used: Counter[str], work: str) -> int:
    """Give a work one more expert, others handing works on where they must; 0 where that is impossible."""
    came: dict[tuple[str, str], tuple[str, str] | None] = {("w", work): None}
    ahead = deque([("w", work)])
    while ahead:
        kind, name = ahead.popleft()
        if kind == "w":
            following = [("e", c) for c in case.experts if case.may(name, c) and c not in given[name]]
        elif used[name] < case.experts[name][1]:
            node: tuple[str, str] | None = ("e", name)
            used[name] += 1
            while node is not None and (step := came[node]) is not None:
                if node[0] == "e":
                    given[step[1]].add(node[1])
                else:
                    given[node[1]].remove(step[1])
                node = step
            return 1
        else:
            following = [("w", w) for w, codes in given.items() if name in codes]
        for node in following:
            if node not in came:
                came[node] = (kind, name)
                ahead.append(node)
    return 0


def parts(panels: Mapping[str, Collection[str]]) -> int:
    """Connected parts of the graph of works and experts, by merging sets."""
    groups: list[set[str]] = []
    for panel in panels.values():
        merged = set(panel)
        apart = []
        for group in groups:
            if group.isdisjoint(merged):
                apart.append(group)
            else:
                merged |= group
        groups = [*apart, merged]
    return len([group for group in groups if group])


def squares(panels: Mapping[str, Sequence[str]]) -> int:
    """Sum over pairs of experts of the square of their common works."""
    count: Counter[frozenset[str]] = Counter()
    for panel in panels.values():
        count.update(frozenset((a, b)) for a in panel for b in panel if a < b)
    return sum(n * n for n in count.values())
