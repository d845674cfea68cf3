"""Running a book of slots again: the same places from seed, people and what was free (docs/decisions/0029).

Belongs here: what has to hold, and the first thing that does not. It needs the book and the lists beside it
and nothing else. Not here: placing (`placing.py`), sentences (`console.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.assignment.books import read_lines
from orchestration.assignment.dealing import sha256
from orchestration.slots.placements import COMMITTED, PLACED, list_file
from orchestration.slots.placing import place, place_bytes, read_free, read_people


@dataclass(frozen=True)
class Verified:
    """What came of running a book again; finding: a code and what its sentence names, None if all holds."""

    count_acts: int
    count_places: int
    finding: tuple[str, Mapping[str, object]] | None = None


def verify_book(book: Path) -> Verified:
    """Run every act of placing of a book again. `FileNotFoundError` without the book."""
    try:
        lines = read_lines(book.read_bytes())
    except ValueError as error:
        return Verified(0, 0, ("line", {"line": error.args[0]}))
    commits: dict[int, Mapping[str, Any]] = {}
    places = 0
    for line in lines:
        if line["kind"] == COMMITTED:
            commits[line["act_no"]] = line
            continue
        places += int(line["count_places"])
        finding = _check(book.parent, line, commits)
        if finding is not None:
            return Verified(0, 0, finding)
    return Verified(len(lines), places)


def _check(
    folder: Path, line: Mapping[str, Any], commits: Mapping[int, Mapping[str, Any]]
) -> tuple[str, Mapping[str, object]] | None:
    contents = {}
    for what in ("people", "free", "places"):
        file = list_file(folder, line["act_no"], what)
        contents[what] = file.read_bytes() if file.is_file() else b""
        if sha256(contents[what]) != line[f"{what}_hash"]:
            return "file", {"file": file.name}
    if line["kind"] != PLACED:
        return None
    commit = commits.get(line["commit_act_no"])
    if commit is None or sha256(str(line["seed"]).encode()) != commit["seed_hash"]:
        return "seed", {"act": line["act_no"]}
    placed = place(str(line["seed"]), read_people(contents["people"]), read_free(contents["free"]))
    return None if place_bytes(placed.slots) == contents["places"] else ("places", {"act": line["act_no"]})
