"""Running a book of draws again: the same bytes from seed, list and catalogue (docs/decisions/0022).

Belongs here: what has to hold, in the order in which it is asked, and the first thing that does not. It needs
the book and the lists beside it and nothing else: no settings, no warehouse, no secrets. Not here: drawing
(`draws.py`), sentences (`draw_console.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.assignment.books import read_lines
from orchestration.assignment.dealing import (
    CANDIDATE_COLUMNS,
    CASE_COLUMNS,
    DEALT_COLUMNS,
    deal,
    list_bytes,
    read_list_bytes,
    sha256,
)
from orchestration.assignment.draws import COMMITTED, REVEALED, list_file

_CHAIN = {"line_hash", "line_no", "previous_hash"}
_FIELDS = {
    COMMITTED: _CHAIN
    | {
        "candidates_hash", "cases_hash", "count_candidates", "count_cases", "draw_no", "kind", "made_at",
        "made_by", "release", "season", "seed_hash", "stage",
    },
    REVEALED: _CHAIN
    | {"count_candidates", "dealt_hash", "draw_no", "kind", "made_at", "season", "seed", "stage"},
}  # fmt: skip


@dataclass(frozen=True)
class DrawFinding:
    """The first thing that does not hold: a code, and what its sentence names."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class DrawVerification:
    """What came of running a book again; counts are of a book that holds.

    waiting: committed draws whose seed is not revealed yet.
    """

    count_draws: int
    count_candidates: int
    waiting: tuple[int, ...]
    last_hash: str
    finding: DrawFinding | None


class _DoesNotHoldError(Exception):
    def __init__(self, code: str, **params: object) -> None:
        self.finding = DrawFinding(code, params)


def verify_book(book: Path) -> DrawVerification:
    """Run every draw of a book again. `FileNotFoundError` without the book."""
    content = book.read_bytes()
    try:
        lines = read_lines(content)
    except ValueError as error:
        return DrawVerification(0, 0, (), "", DrawFinding("line", {"line": error.args[0]}))
    try:
        _check(book.parent, lines)
    except _DoesNotHoldError as error:
        return DrawVerification(0, 0, (), "", error.finding)
    committed = [line for line in lines if line["kind"] == COMMITTED]
    revealed = {line["draw_no"] for line in lines if line["kind"] == REVEALED}
    return DrawVerification(
        count_draws=len(committed),
        count_candidates=sum(line["count_candidates"] for line in committed),
        waiting=tuple(line["draw_no"] for line in committed if line["draw_no"] not in revealed),
        last_hash=lines[-1]["line_hash"] if lines else "",
        finding=None,
    )


def _check(folder: Path, lines: list[dict[str, Any]]) -> None:
    """Line after line; raises at the first that does not hold."""
    commits: dict[int, Mapping[str, Any]] = {}
    revealed: set[int] = set()
    drawn: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        number, kind = line.get("draw_no"), line.get("kind")
        is_plain = all(isinstance(value, int | str) for value in line.values())
        if line.keys() != _FIELDS.get(str(kind)) or not is_plain or not isinstance(number, int):
            raise _DoesNotHoldError("fields", line=line["line_no"])
        if kind == COMMITTED and number == len(commits) + 1:
            commits[number] = line
            _check_commit(folder, line, drawn.setdefault((line["season"], line["stage"]), set()))
        elif kind == REVEALED and number in commits and number not in revealed:
            revealed.add(number)
            _check_reveal(folder, commits[number], line)
        else:
            raise _DoesNotHoldError("order", line=line["line_no"])


def _check_commit(folder: Path, line: Mapping[str, Any], drawn: set[str]) -> None:
    for what, columns in (("candidates", CANDIDATE_COLUMNS), ("cases", CASE_COLUMNS)):
        rows = _list_of(folder, line, what, columns, line[f"{what}_hash"])
        if len(rows) != line[f"count_{what}"]:
            raise _DoesNotHoldError("count", draw=line["draw_no"], what=what)
        if what == "candidates":
            numbers = [number for number, _ in rows]
            twice = sorted(drawn.intersection(numbers))
            if twice or len(set(numbers)) < len(numbers):
                raise _DoesNotHoldError("twice", draw=line["draw_no"])
            drawn.update(numbers)


def _check_reveal(folder: Path, committed: Mapping[str, Any], line: Mapping[str, Any]) -> None:
    draw = line["draw_no"]
    if (line["season"], line["stage"]) != (committed["season"], committed["stage"]):
        raise _DoesNotHoldError("order", line=line["line_no"])
    if sha256(str(line["seed"]).encode()) != committed["seed_hash"]:
        raise _DoesNotHoldError("seed", draw=draw)
    candidates = _list_of(folder, committed, "candidates", CANDIDATE_COLUMNS, committed["candidates_hash"])
    cases = _list_of(folder, committed, "cases", CASE_COLUMNS, committed["cases_hash"])
    try:
        again = list_bytes(DEALT_COLUMNS, deal(str(line["seed"]), candidates, cases))
    except ValueError:
        raise _DoesNotHoldError("no_case", draw=draw) from None
    if sha256(again) != line["dealt_hash"]:
        raise _DoesNotHoldError("dealt", draw=draw)
    file = list_file(folder, draw, "dealt")
    if not file.is_file() or file.read_bytes() != again:
        raise _DoesNotHoldError("file", file=file.name)


def _list_of(
    folder: Path, line: Mapping[str, Any], what: str, columns: tuple[str, ...], expected: str
) -> list[tuple[str, str]]:
    file = list_file(folder, line["draw_no"], what)
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != expected:
        raise _DoesNotHoldError("file", file=file.name)
    try:
        return read_list_bytes(columns, content)
    except ValueError:
        raise _DoesNotHoldError("file", file=file.name) from None
