"""Dealing cases to candidates from a seed, as anybody can repeat it (Order §6.3; docs/decisions/0022).

Belongs here: pure functions of seed, list and catalogue, and the one way in which lists are written as bytes.
Not here: where seeds and lists are kept (`draws.py`), whether a draw holds (`draw_verification.py`).

The algorithm, for another language: the key of a code is the SHA-256, in lower-case hex, of the UTF-8 text
`<seed>|<kind>|<code>`, with the seed as 64 hex digits and the kind `case` or `candidate`. Within each track
cases and candidates are put in the order of their keys; the first candidate gets the first case, the second
the second, and after the last case the first again.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence

CANDIDATE_COLUMNS = ("candidate_no", "track_code")
CASE_COLUMNS = ("case_code", "track_code")
DEALT_COLUMNS = ("candidate_no", "case_code")
Pair = tuple[str, str]


def key_of(seed: str, kind: str, code: str) -> str:
    """Place of a code in the order that a seed draws: hex digits, compared as text."""
    return hashlib.sha256(f"{seed}|{kind}|{code}".encode()).hexdigest()


def ordered(seed: str, kind: str, codes: Iterable[str]) -> list[str]:
    """Codes in the order that a seed draws, whatever order they come in."""
    return sorted(codes, key=lambda code: (key_of(seed, kind, code), code))


def deal(seed: str, candidates: Iterable[Pair], cases: Iterable[Pair]) -> list[Pair]:
    """(candidate number, case code) for each (candidate number, track), in the order of the numbers.

    cases: (case code, track). Within a track no case is used twice more often than another. `ValueError`
    where a track has candidates and no case.
    """
    numbers, codes = _by_track(candidates), _by_track(cases)
    dealt = []
    for track, people in numbers.items():
        if track not in codes:
            raise ValueError(f"no case of track {track}")
        in_turn = ordered(seed, "case", codes[track])
        for place, number in enumerate(ordered(seed, "candidate", people)):
            dealt.append((number, in_turn[place % len(in_turn)]))
    return sorted(dealt)


def _by_track(pairs: Iterable[Pair]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, track in pairs:
        found.setdefault(track, []).append(code)
    return found


def list_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A list as its hash is taken: CSV in UTF-8, a header, rows in order, line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(sorted(tuple(row) for row in rows))
    return text.getvalue().encode()


def read_list_bytes(columns: Sequence[str], content: bytes) -> list[Pair]:
    """Rows of a list of two columns; `ValueError` unless it is written as `list_bytes` writes."""
    header, *rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    if tuple(header) != tuple(columns) or any(len(row) != len(columns) for row in rows):
        raise ValueError("other columns")
    if list_bytes(columns, rows) != content:
        raise ValueError("not in the one order")
    return [(row[0], row[1]) for row in rows]


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()
