"""Results for the candidates' accounts: one JSON file for each published list (Order §5.6, §6.10, §8.4).

Belongs here: which words the accounts get for a status, and the file. By candidate number only (A45), and
without why somebody is out (A48). Not here: who is on the list: it is the ledger's file, whose hash is
compared first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import OrchestrationError
from orchestration.ledger import ROW_COLUMNS, Act, ListRow, canonical, in_force, read_acts, read_list

if TYPE_CHECKING:
    from orchestration.settings import Settings

FORMAT = "rezerv-results-1"
ADMITTED, NOT_ADMITTED, ABSENT, PENDING = "admitted", "not_admitted", "absent", "pending"
# docs/rules.md, Publication: what the accounts say for each status.
RESULTS = {
    "admitted": ADMITTED,
    "supernumerary": ADMITTED,
    "not_admitted": NOT_ADMITTED,
    "annulled": NOT_ADMITTED,
    "excluded": NOT_ADMITTED,
    "withdrawn": NOT_ADMITTED,
    "absent": ABSENT,
    "pending": PENDING,
    "pending_resit": PENDING,
    "not_publishable": PENDING,
}


def exports_folder(settings: Settings) -> Path:
    """Where exports are written unless another folder is asked for."""
    return settings.home / "exports"


def act_in_force(settings: Settings, folder: Path, stage: str) -> Act:
    """The act that made the stage's list in force; `error.publish_not_published` if there is none."""
    act = in_force(read_acts(folder), settings.season).get(stage)
    if act is None:
        raise OrchestrationError("error.publish_not_published", stage=stage)
    return act


def write_export(ledger: Path, act: Act, folder: Path) -> Path:
    """Write the results of an act's list; the same act gives the same bytes. Returns the file.

    `OrchestrationError('error.list_changed')` if the ledger's file is not the one that the act made.
    """
    from ingestion.sheets import write_whole

    rows = read_list(ledger, act)
    path = folder / f"{act.season}-{act.stage}-v{act.version}.json"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, export_content(act, rows))
    return path


def export_content(act: Act, rows: list[ListRow]) -> bytes:
    """The file as bytes: one JSON object, one candidate a line."""
    results = [_result(dict(zip(ROW_COLUMNS, row, strict=True))) for row in rows]
    results.sort(key=lambda result: str(result["candidate_no"]))
    head = {
        "format": FORMAT,
        "season": act.season,
        "stage": act.stage,
        "version": act.version,
        "published_at": act.acted_at,
        "manifest_hash": act.act_hash,
        "count": len(results),
    }
    begin = canonical(head)[:-1] + b',"results":[\n'
    return begin + b",\n".join(canonical(result) for result in results) + b"\n]}\n"


def _result(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "candidate_no": row["candidate_no"],
        "track": row["track_code"],
        "result": RESULTS[row["status_code"]],
        "score": two_decimals(row["score_numerator"], row["score_denominator"]),
        "score_numerator": row["score_numerator"],
        "score_denominator": row["score_denominator"],
        "rank": row["rank"],
    }


def two_decimals(numerator: int | None, denominator: int | None) -> str | None:
    """An exact fraction as text with two decimals, half up (A22); None of none."""
    if numerator is None or denominator is None:
        return None
    sign = "-" if numerator < 0 else ""
    hundredths = (200 * abs(numerator) + denominator) // (2 * denominator)
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"
