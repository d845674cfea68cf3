"""Short reports of the assessment centre: a page for each candidate, by candidate number (Order §7.2).

Belongs here: what a report says, and writing all of them with an index. Not here: marks and their mean
(`dbt_project/`), the list (`published.py`). A report holds its candidate's own figures and nobody else's; who
marked is not in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.announcements.published import Line, Published, open_published, points
from orchestration.announcements.result_notices import sentence
from orchestration.assignment.dealing import sha256
from orchestration.errors import OrchestrationError, UserError
from orchestration.layout.content import (
    LANGUAGES,
    Column,
    Document,
    Fact,
    Facts,
    Kind,
    Paragraph,
    Section,
    Table,
    Tone,
)
from orchestration.layout.texts import report_texts

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row

KIND = "short_report"
STAGE = "assessment_centre"
OWN = "own"
INDEX_NAME = "index.csv"
INDEX_COLUMNS = ("candidate_no", "language_code", "file", "sha256")
NEEDED_TABLES = ("core.dim_candidates", "reporting.rpt_criterion_points")

_POINTS = """
select
    p.candidate_no, p.criterion_points_sum, p.count_rated, p.criterion_points, k.name_kk, k.name_ru,
    k.name_en, c.points_max
from reporting.rpt_criterion_points as p
inner join seeds.stage_criteria as k
    on
        k.season_code::varchar = p.season_code::varchar and k.stage_code = p.stage_code
        and k.criterion_code = p.criterion_code
inner join seeds.stage_scoring as c
    on c.season_code::varchar = p.season_code::varchar and c.stage_code = p.stage_code
where p.season_code::varchar = $season and p.stage_code = $stage
order by p.candidate_no, k.criterion_order
"""
_TONGUES = """
select candidate_no, test_language_code from core.dim_candidates where season_code::varchar = $season
"""


@dataclass(frozen=True)
class Sheet:
    """What one report rests on: the candidate's row of the list, and the points of each competency.

    language: of the tests that the candidate chose.
    """

    row: Line
    competencies: tuple[Row, ...]
    language: str


@dataclass(frozen=True)
class ShortReports:
    """The reports of a list: those that can be written, and whose marks are no longer those of the list.

    moved: candidate numbers; their reports would contradict the published score and are not written.
    """

    published: Published
    sheets: tuple[Sheet, ...]
    moved: tuple[str, ...]


def open_short_reports(settings: Settings) -> ShortReports:
    """What the reports rest on, from the list of the assessment centre that is in force.

    `OrchestrationError` without such a list or with a release of an older build, `UserError` if nobody on the
    list has a score.
    """
    published = open_published(settings, STAGE)
    reading = published.source.reading
    missing = reading.lacks(NEEDED_TABLES)
    if missing:
        release = published.source.release.release_id
        raise OrchestrationError("error.release_older", release=release, tables=", ".join(missing))
    season = {"season": published.act.season}
    tongues = {row["candidate_no"]: row["test_language_code"] for row in reading.rows(_TONGUES, season)}
    found: dict[str, list[Row]] = {}
    for row in reading.rows(_POINTS, {**season, "stage": STAGE}):
        found.setdefault(row["candidate_no"], []).append(row)
    scored = sorted(
        (row for row in published.rows if row["score_denominator"] is not None),
        key=lambda row: str(row["candidate_no"]),
    )
    if not scored:
        raise UserError("error.short_reports_nobody")
    moved = [
        row["candidate_no"] for row in scored if _mean(found.get(row["candidate_no"], ())) != _score(row)
    ]
    return ShortReports(
        published,
        tuple(
            Sheet(row, tuple(found[row["candidate_no"]]), _language(tongues.get(row["candidate_no"])))
            for row in scored
            if row["candidate_no"] not in moved
        ),
        tuple(moved),
    )


def _score(row: Line) -> Fraction:
    return Fraction(row["score_numerator"], row["score_denominator"])


def _mean(competencies: Sequence[Row]) -> Fraction | None:
    """The mean of the competencies' means, exact; None of none."""
    if not competencies:
        return None
    means = [Fraction(row["criterion_points_sum"], row["count_rated"]) for row in competencies]
    return sum(means, Fraction(0)) / len(means)


def _language(code: str | None) -> str:
    return code if code in LANGUAGES else LANGUAGES[0]


def short_report(published: Published, sheet: Sheet, language: str) -> Document:
    """The report of one candidate in a language."""
    say, row = report_texts(language), sheet.row
    most = max(one["points_max"] for one in sheet.competencies)
    facts = (
        Fact(say("short.score"), points(row), Kind.DECIMAL),
        Fact(say("short.rank"), row["rank"], Kind.WHOLE),
        Fact(say("short.places"), row["limit_places"], Kind.WHOLE),
        Fact(say("short.cutoff"), points(row, "cutoff"), Kind.DECIMAL),
    )
    table = Table(
        name=say("short.sheet"),
        title=say("short.competencies_title"),
        columns=(
            Column(say("short.competency")),
            Column(say("short.points"), Kind.DECIMAL),
            Column(say("short.of"), Kind.WHOLE),
        ),
        rows=tuple(
            (str(one[f"name_{language}"]), one["criterion_points"], one["points_max"])
            for one in sheet.competencies
        ),
        notes=(say("short.scale_note", most=most), say("short.mean_note")),
    )
    track = published.tracks[row["track_code"]][language]
    return Document(
        kind=KIND,
        title=say("short.title"),
        summary=say("short.summary", candidate_no=row["candidate_no"], track=track),
        language=language,
        identity=published.identity(language, ((say("announced.candidate_no"), row["candidate_no"]),)),
        sections=(
            Section(say("short.result"), (Paragraph(sentence(published, row, say)), Facts(facts))),
            Section(say("short.competencies"), (table, Paragraph(say("short.use_note"), Tone.NOTE))),
        ),
    )


def write_short_reports(found: ShortReports, languages: Sequence[str], folder: Path) -> Iterator[Path]:
    """Write the reports as PDF, then the index of them; yields each path once the file is there.

    languages: `own` for the one that each candidate chose, or some of kk, ru, en. A report of an earlier run
    is replaced; the index names every report of this run with its hash.
    """
    from ingestion.sheets import write_whole
    from orchestration.layout.rendering import render

    folder.mkdir(parents=True, exist_ok=True)
    index: list[Mapping[str, str]] = []
    for sheet in found.sheets:
        for language in _languages(languages, sheet):
            content = render(short_report(found.published, sheet, language), "pdf")
            path = folder / f"{sheet.row['candidate_no']}-{language}.pdf"
            write_whole(path, content)
            values = (sheet.row["candidate_no"], language, path.name, sha256(content))
            index.append(dict(zip(INDEX_COLUMNS, values, strict=True)))
            yield path
    text = io.StringIO()
    writer = csv.DictWriter(text, INDEX_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(index)
    write_whole(folder / INDEX_NAME, text.getvalue().encode())
    yield folder / INDEX_NAME


def _languages(asked: Sequence[str], sheet: Sheet) -> list[str]:
    """The languages asked for, each once, `own` resolved."""
    return list(dict.fromkeys(sheet.language if one == OWN else one for one in asked))
