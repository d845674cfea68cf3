"""Acts of publishing and drift in a made-up release.

Belongs here: rows of what the page of publications shows, so that each state of a list occurs: published and
the same by today's data, restated and drifted, drifted and kept, provisional, not published yet. Does not
belong here: the rest of the release (tests/support/fake_release.py), what a drift is (tests/oracle/).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import duckdb

SEASON = "2025"
KEPT, DRIFTED = "vetting", "text_test"
CHAIR = "A. Chair, working group"

_TABLES = """
create table reporting.rpt_publications (
    season_code varchar, stage_code varchar, stage_order integer, planned_at timestamp,
    is_published_by_act boolean, is_provisional boolean, version integer, act_no integer,
    first_published_at timestamp, published_at timestamp, approved_by varchar, decision_no varchar,
    count_rows integer, act_hash varchar, count_drift integer, count_would_go_on integer,
    count_would_stay_out integer, drift_hash varchar, is_drift_kept boolean, restatable_until timestamp);
create table reporting.rpt_publication_acts (
    act_no integer, season_code varchar, stage_code varchar, stage_order integer, kind_code varchar,
    version integer, acted_at timestamp, approved_by varchar, decision_no varchar, reason varchar,
    count_rows integer, list_hash varchar, drift_hash varchar, act_hash varchar, is_in_force boolean,
    is_keeping boolean);
create table reporting.rpt_drift (
    season_code varchar, stage_code varchar, stage_order integer, version integer, track_code varchar,
    candidate_no varchar, change_code varchar, status_before varchar, status_after varchar,
    reason_before varchar, reason_after varchar, is_admitted_before boolean, is_admitted_after boolean,
    points_before decimal(9, 2), points_after decimal(9, 2), rank_before integer, rank_after integer,
    is_late boolean, is_drift_kept boolean, _cause_files varchar, _cause_feeds varchar);
"""
_WHY = {"restated": "marks of one form were read wrongly", "kept": "the body repeats what it said"}
# Who drifts: the first of those with the status, what the data say instead, and the files that came since.
_MOVES: Mapping[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    KEPT: (
        ("admitted", "status", {"status": "not_admitted", "reason": "VETTING_ADVERSE", "on": False,
                                "files": "2025-08-20T100000/vetting__replies__late.csv"}),
    ),
    DRIFTED: (
        ("not_admitted", "status", {"status": "admitted", "reason": "WITHIN_LIMIT", "on": True, "up": 5,
                                    "files": "2025-08-19T090000/platform__answers__again.csv, "
                                    "2025-08-20T120000/platform__answers__mended.csv"}),
        ("admitted", "status", {"status": "annulled", "reason": "ANNULLED_PROCTORING", "on": False,
                                "files": "2025-08-20T120000/agency__working_group_decisions.csv"}),
        ("not_admitted", "rank", {"down": 1}),
        ("not_admitted", "score", {"up": 1,
                                   "files": "2025-08-20T120000/platform__answers__mended.csv"}),
    ),
}  # fmt: skip


def write_publication(connection: duckdb.DuckDBPyConnection, published: int, acts: int) -> None:
    """Write how each stage's list stands: of the first `published` stages the first `acts` by an act."""
    connection.execute(_TABLES)
    stages = connection.execute(
        "select stage_code, min(stage_order), min(published_at) from selection.sel_cutoffs"
        " group by all order by min(stage_order)"
    ).fetchall()
    number = 0
    for code, order, planned in stages:
        drift = _write_drift(connection, code, order) if order <= acts else []
        number = _write_stage(connection, (code, order, planned), (published, acts), drift, number)


def _write_stage(
    connection: duckdb.DuckDBPyConnection, stage: tuple[str, int, datetime], counts: tuple[int, int],
    drift: list[tuple[bool, bool]], number: int,
) -> int:  # fmt: skip
    """Write one stage and its acts; returns the number of the last act."""
    code, order, planned = stage
    published, acts = counts
    is_by_act = order <= min(acts, published)
    kinds = ["published"] * is_by_act
    kinds += ["restated"] * (is_by_act and code == DRIFTED) + ["kept"] * (is_by_act and code == KEPT)
    version = max(1, sum(kind != "kept" for kind in kinds))
    [(rows,)] = connection.execute(
        "select count(*) from selection.sel_stage_results where stage_code = ?", [code]
    ).fetchall()
    for position, kind in enumerate(kinds):
        number += 1
        is_list = kind != "kept"
        _insert(connection, "rpt_publication_acts", (
            number, SEASON, code, order, kind, min(position + 1, version),
            planned + timedelta(hours=1, days=position), CHAIR,
            f"WG-2025-{number:04d}" if kind == "restated" else None,
            _WHY.get(kind),
            rows if is_list else 0, f"{number:x}" * 64 if is_list else None, None if is_list else "d" * 64,
            f"{number + 8:x}" * 64, is_list and position + 1 == version, kind == "kept",
        ))  # fmt: skip
    in_force = number - ("kept" in kinds) if is_by_act else None
    _insert(connection, "rpt_publications", (
        SEASON, code, order, planned, is_by_act, order <= published and not is_by_act,
        version if is_by_act else None, in_force, planned + timedelta(hours=1) if is_by_act else None,
        planned + timedelta(hours=1, days=version - 1) if is_by_act else None, CHAIR if is_by_act else None,
        f"WG-2025-{in_force:04d}" if version > 1 else None, rows if is_by_act else None,
        f"{(in_force or 0) + 8:x}" * 64 if is_by_act else None, len(drift),
        sum(after and not before for before, after in drift),
        sum(before and not after for before, after in drift), "d" * 64 if drift else None, "kept" in kinds,
        None,
    ))  # fmt: skip
    return number


def _write_drift(connection: duckdb.DuckDBPyConnection, code: str, order: int) -> list[tuple[bool, bool]]:
    """Write who drifts at a stage; returns whether each goes on by the list and by the data."""
    found: list[tuple[bool, bool]] = []
    taken: list[str] = []
    for status, change, move in _MOVES.get(code, ()):
        person = connection.execute(
            "select track_code, candidate_no, status_code, reason_code, is_admitted, rank,"
            " ((200 * score_numerator + score_denominator) // (2 * score_denominator) / 100)::decimal(9, 2)"
            " from selection.sel_stage_results where stage_code = ? and status_code = ?"
            " and not list_contains(?, candidate_no) order by candidate_no limit 1",
            [code, status, taken],
        ).fetchone()
        if person is None:
            continue
        track, candidate, _, reason, goes_on, rank, points = person
        taken.append(candidate)
        goes_on_after = move.get("on", goes_on)
        stays = "status" not in move
        _insert(connection, "rpt_drift", (
            SEASON, code, order, 2 if code == DRIFTED else 1, track, candidate, change, status,
            status if stays else move["status"], reason, reason if stays else move["reason"], goes_on,
            goes_on_after, points, points if points is None else points + move.get("up", 0), rank,
            rank if rank is None else rank + move.get("down", 0), False, code == KEPT, move.get("files"),
            _feeds(move.get("files")),
        ))  # fmt: skip
        found.append((goes_on, goes_on_after))
    return found


def _feeds(files: str | None) -> str | None:
    """Return the feeds of files, by their names."""
    if files is None:
        return None
    names = (file.rpartition("/")[2].removesuffix(".csv") for file in files.split(", "))
    return ", ".join(sorted({"__".join(name.split("__")[:2]) for name in names}))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: tuple[object, ...]) -> None:
    connection.execute(f"insert into reporting.{table} values ({', '.join('?' * len(row))})", list(row))
