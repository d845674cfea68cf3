"""Dealing cases: the algorithm written down, repeated here from its description alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.assignment.dealing import CASE_COLUMNS, deal, list_bytes, read_list_bytes

SEED = "0123456789abcdef" * 4
CASES = [(f"CASE-{track[:3].upper()}-{n}", track) for track in ("agro", "digital") for n in range(1, 5)]


def by_hand(seed: str, candidates: list[tuple[str, str]], cases: list[tuple[str, str]]) -> dict[str, str]:
    """docs/decisions/0022, read again."""

    def place(kind: str, code: str) -> str:
        return hashlib.sha256((seed + "|" + kind + "|" + code).encode("utf-8")).hexdigest()

    dealt = {}
    for track in {track for _, track in candidates}:
        turn = sorted((place("case", code), code) for code, of in cases if of == track)
        people = sorted((place("candidate", number), number) for number, of in candidates if of == track)
        for i, (_, number) in enumerate(people):
            dealt[number] = turn[i % len(turn)][1]
    return dealt


@given(st.integers(0, 40), st.integers(0, 40), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_the_description_gives_the_same_cases(agro: int, digital: int, seed: str) -> None:
    candidates = [(f"R25-1{n:05d}", "agro") for n in range(agro)]
    candidates += [(f"R25-2{n:05d}", "digital") for n in range(digital)]
    dealt = deal(seed, candidates, CASES)
    assert dict(dealt) == by_hand(seed, candidates, CASES)
    assert [number for number, _ in dealt] == sorted(number for number, _ in candidates)
    track_of, use = dict(candidates), Counter(code for _, code in dealt)
    assert all(dict(CASES)[code] == track_of[number] for number, code in dealt)
    for track in set(track_of.values()):
        counts = [use[code] for code, of in CASES if of == track]
        assert max(counts) - min(counts) <= 1


def test_the_order_of_the_lists_changes_nothing() -> None:
    candidates = [(f"R25-1{n:05d}", "agro") for n in range(50)]
    shuffled, cases = candidates.copy(), CASES.copy()
    Random(4).shuffle(shuffled)
    Random(5).shuffle(cases)
    assert deal(SEED, candidates, CASES) == deal(SEED, shuffled, cases)


def test_a_known_draw_stays_what_it_is() -> None:
    """Another result here is another algorithm: books that were published would no longer hold."""
    dealt = deal(SEED, [(f"R25-{n:06d}", "agro") for n in range(6)], CASES)
    assert [code[-1] for _, code in dealt] == ["2", "4", "2", "1", "1", "3"]


def test_a_track_without_a_case_is_refused() -> None:
    with pytest.raises(ValueError, match="social"):
        deal(SEED, [("R25-000001", "social")], CASES)


def test_a_list_is_read_only_as_it_is_written() -> None:
    content = list_bytes(CASE_COLUMNS, reversed(CASES))
    assert read_list_bytes(CASE_COLUMNS, content) == sorted(CASES)
    lines = content.splitlines(keepends=True)
    for other in (b"".join(reversed(lines)), content + b"\n", content.replace(b"\n", b"\r\n"), b"x,y\n"):
        with pytest.raises(ValueError):
            read_list_bytes(CASE_COLUMNS, other)
