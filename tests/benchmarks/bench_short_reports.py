"""Short reports of 300 candidates, against typst alone on the same words (Order §7.2).

Run: `.venv/bin/python -m tests.benchmarks.bench_short_reports`. The list and its marks are made up here, so
no published season is needed. Timed is all that `rezerv announce short-reports` does for a report but reading
the release: content, PDF, hash and file; the floor is typst setting the words of the same reports in plain
paragraphs. Results are kept in docs/performance.md. Not a test.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from orchestration.announcements.short_reports import (
    OWN,
    Sheet,
    ShortReports,
    short_report,
    write_short_reports,
)
from orchestration.layout.content import LANGUAGES, Identity
from orchestration.layout.rendering import render
from tests.benchmarks.bench_reports import bare, timed

COUNT, COMPETENCIES = 300, 5


def main() -> None:
    """Write 300 reports and print a line."""
    chance = Random(1)
    published = _published()
    sheets = tuple(_sheet(number, chance) for number in range(COUNT))
    found = ShortReports(published, sheets, ())
    render(short_report(published, sheets[0], "kk"), "pdf")  # imports and fonts are paid once
    with tempfile.TemporaryDirectory() as folder:
        seconds, paths = timed(lambda: list(write_short_reports(found, (OWN,), Path(folder))))
        size = sum(path.stat().st_size for path in paths) / len(paths) / 1024
    documents = [short_report(published, sheet, sheet.language) for sheet in sheets]
    floor, _ = timed(lambda: [bare(document) for document in documents])
    sys.stdout.write(
        f"{COUNT} short reports {seconds:.1f} s, {size:.0f} KiB a file; bare typst {floor:.1f} s,"
        f" ratio {seconds / floor:.1f}\n"
    )


def _published() -> Any:
    names = dict.fromkeys(LANGUAGES, "Ассессмент-орталық")
    return SimpleNamespace(
        tracks={"agro": names},
        stages={"assessment_centre": names, "interview": names},
        next_stage="interview",
        stage_name=lambda language: names[language],
        identity=lambda language, filters=(): Identity(
            "2025", "made-up", "0" * 64, datetime(2025, 9, 22, 4), filters=filters, is_synthetic=True
        ),
    )


def _sheet(number: int, chance: Random) -> Sheet:
    points = [chance.randint(3, 15) for _ in range(COMPETENCIES)]
    row = {
        "candidate_no": f"R25-{number:06}", "track_code": "agro", "status_code": "admitted",
        "score_numerator": sum(points), "score_denominator": 3 * COMPETENCIES, "rank": number % 54 + 1,
        "limit_places": 36, "cutoff_numerator": 3, "cutoff_denominator": 1,
    }  # fmt: skip
    competencies = tuple(
        {"criterion_points": Decimal(one) / 3, "points_max": 5}
        | {f"name_{name}": f"Құзырет {place}" for name in LANGUAGES}
        for place, one in enumerate(points)
    )
    return Sheet(row, competencies, LANGUAGES[number % 2])


if __name__ == "__main__":
    main()
