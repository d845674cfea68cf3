"""What each candidate reads in their account after a list is published (Order §5.6, §6.10, §7.2).

Belongs here: one JSON line a candidate, with the result and its sentence in three languages. Nothing says why
somebody is out (A48). Not here: the result itself, which is the list's (`ledger.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.announcements.published import Line, Published, points
from orchestration.layout import values
from orchestration.layout.content import LANGUAGES
from orchestration.layout.texts import ReportTexts, report_texts
from orchestration.ledger import canonical
from orchestration.result_exports import ABSENT, ADMITTED, NOT_ADMITTED, PENDING, RESULTS, two_decimals

FORMAT = "rezerv-notices-1"


def notices_content(published: Published) -> bytes:
    """The file: one JSON object a line, by candidate number; the same list gives the same bytes.

    score, cutoff: text with two decimals, half up (A22), or null. places: how many go on from the track
    before equal results. texts: the sentence of the notice by language.
    """
    lines = sorted(published.rows, key=lambda row: str(row["candidate_no"]))
    return b"".join(canonical(_notice(published, row)) + b"\n" for row in lines)


def notices_name(published: Published) -> str:
    """Name of the file, which says season, stage and version."""
    act = published.act
    return f"{act.season}-{act.stage}-v{act.version}-notices.jsonl"


def write_notices(published: Published, folder: Path) -> Path:
    """Write the notices of a list; returns the file."""
    from ingestion.sheets import write_whole

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / notices_name(published)
    write_whole(path, notices_content(published))
    return path


def _notice(published: Published, row: Line) -> dict[str, Any]:
    act = published.act
    return {
        "format": FORMAT,
        "season": act.season,
        "stage": act.stage,
        "version": act.version,
        "published_at": act.acted_at,
        "list_hash": act.list_hash,
        "candidate_no": row["candidate_no"],
        "track": row["track_code"],
        "result": RESULTS[row["status_code"]],
        "score": two_decimals(row["score_numerator"], row["score_denominator"]),
        "rank": row["rank"],
        "places": row["limit_places"],
        "cutoff": two_decimals(row["cutoff_numerator"], row["cutoff_denominator"]),
        "texts": {language: sentence(published, row, report_texts(language)) for language in LANGUAGES},
    }


def sentence(published: Published, row: Line, say: ReportTexts) -> str:
    """What a candidate is told: the result, and the score where there is one."""
    stage, following = published.stage_name(say.language), published.next_stage
    result = RESULTS[row["status_code"]]
    if result == ADMITTED and following is None:
        text = say("notice.enrolled")
    elif result == ADMITTED:
        text = say("notice.admitted", stage=stage, next=published.stages[str(following)][say.language])
    else:
        text = _others(say, stage)[result]
    score = points(row)
    if score is None:
        return text
    shown = values.decimal(score, 2, say.language)
    return f"{text} {say('notice.score', score=shown, rank=row['rank'] or values.NOTHING)}"


def _others(say: ReportTexts, stage: str) -> dict[str, str]:
    return {
        NOT_ADMITTED: say("notice.not_admitted", stage=stage),
        ABSENT: say("notice.absent", stage=stage),
        PENDING: say("notice.pending", stage=stage),
    }
