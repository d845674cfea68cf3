"""Forms that experts filled in, read back: one more file of the experts' marks (Order §6.6).

Belongs here: which rows of a form are taken, the book of what was read below `<home>/forms`, and the delivery
of it. An act counts when its line stands in the book. Whether a mark counts is not decided here: marks come
through the door like the platform's, and of a changed one A20 decides (`dbt_project/`). Not here: the
workbook (`form_files.py`), who has which number (`assignment/panels.py`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.assignment.books import (
    BUSY,
    OWNER_ONLY,
    append,
    make_owners_folder,
    person,
    read_book,
    read_moment,
    shown_moment,
    write_beside,
)
from orchestration.assignment.dealing import list_bytes, sha256
from orchestration.assignment.draws import require_marked_stage
from orchestration.assignment.panels import Seat, read_acts, read_seats
from orchestration.delivery import BookFile, deliver_book, source_file
from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import ledger_lock
from orchestration.marking.form_files import FormRow, points_of, read_form
from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings

MARKS_FEED, NAME_OF_FILES = "platform__expert_marks", "platform__expert_marks__forms"
COLUMNS = ("work_no", "expert_code", "criterion_code", "points", "marked_at")
NEEDED_TABLES = ("seeds.stage_criteria", "seeds.stage_scoring")

_CRITERIA = """
select criterion_code, name_kk, name_ru, name_en from seeds.stage_criteria
where season_code::varchar = $season and stage_code = $stage
order by criterion_order
"""
_SCALE = """
select points_min, points_max from seeds.stage_scoring
where season_code::varchar = $season and stage_code = $stage
"""

# A mark: work, expert, criterion.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Finding:
    """Why a row of a form was not taken: code of the reason, and what it needs to be told.

    place: of the row among the filled ones below the headings, from 1. codes: `number_missing`,
    `number_unknown`, `number_twice`, `seat_gone`, `incomplete` (criteria), `not_of_the_scale` (criteria).
    """

    place: int
    form_no: str
    code: str
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormRead:
    """What came of one form: works whose marks were taken, those read before with the same, and findings.

    count_empty: rows without any points. count_changed: marks that differ from those read before; A20 says
    whether they count. reading_no: number of the act, None where nothing was taken.
    """

    file: Path
    expert: str
    count_taken: int
    count_same: int
    count_changed: int
    count_empty: int
    findings: tuple[Finding, ...]
    reading_no: int | None


@dataclass(frozen=True)
class _Form:
    """What is asked of a form: criteria by code with their names, the scale, and who has which number."""

    criteria: Mapping[str, Sequence[str]]
    least: int
    most: int
    seats: Mapping[str, Seat]
    gone: frozenset[str]


def forms_folder(settings: Settings) -> Path:
    """Where the book of forms read is kept, for its owner alone."""
    return settings.home / "forms"


def read_forms(settings: Settings, stage: str, files: Iterable[Path], by: str) -> list[FormRead]:
    """Read filled-in forms of a stage and deliver their marks into the landing folder, form by form.

    A row is taken whole or not at all; what was read before with the same points is not delivered again.
    `UserError` for a file that is no form, that holds forms of several experts, or without an assignment.
    """
    name = person(by)
    form = _form(settings, open_release(settings, NEEDED_TABLES), stage)
    folder = forms_folder(settings)
    make_owners_folder(folder)
    with ledger_lock(folder, BUSY):
        read = [_read_one(settings, folder, form, stage, file, name) for file in files]
    deliver_forms(settings)
    return read


def _form(settings: Settings, source: OpenRelease, stage: str) -> _Form:
    require_marked_stage(settings, source, stage)
    params = {"season": settings.season, "stage": stage}
    criteria = {
        row["criterion_code"]: (row["name_kk"], row["name_ru"], row["name_en"])
        for row in source.reading.rows(_CRITERIA, params)
    }
    [scale] = source.reading.rows(_SCALE, params)
    acts = read_acts(settings, stage)
    if not acts:
        raise UserError("error.assign_not_yet", stage=stage)
    seats = {seat.form_no: seat for seat in read_seats(settings, acts[-1])}
    given = {seat.form_no for act in acts for seat in read_seats(settings, act)}
    return _Form(criteria, scale["points_min"], scale["points_max"], seats, frozenset(given - seats.keys()))


def _read_one(settings: Settings, folder: Path, form: _Form, stage: str, file: Path, by: str) -> FormRead:
    if not file.is_file():
        raise UserError("error.file_missing", files=file)
    rows = read_form(file, form.criteria)
    filled = [row for row in rows if not row.is_empty]
    findings = list(_findings(form, filled))
    refused = {finding.place for finding in findings}
    taken = [row for row in filled if row.place not in refused]
    experts = sorted({form.seats[row.form_no].expert_code for row in rows if row.form_no in form.seats})
    if len(experts) > 1:
        raise UserError("error.form_of_several", file=file.name, experts=", ".join(experts))
    marks = {
        (form.seats[row.form_no].work_no, form.seats[row.form_no].expert_code, code): points
        for row in taken
        for code, cell in row.cells.items()
        if (points := points_of(cell, form.least, form.most)) is not None
    }
    before = _marks_before(folder)
    fresh = {key: points for key, points in marks.items() if before.get(key) != points}
    count_works = len({work for work, _, _ in fresh})
    reading_no = None
    if fresh:
        reading_no = _commit(settings, folder, fresh, stage=stage, expert=experts[0], file=file, by=by)
    return FormRead(
        file, experts[0] if experts else "", count_works, len(taken) - count_works,
        sum(key in before for key in fresh), len(rows) - len(filled), tuple(findings), reading_no,
    )  # fmt: skip


def _findings(form: _Form, rows: Sequence[FormRow]) -> Iterator[Finding]:
    times = Counter(row.form_no for row in rows)
    for row in rows:
        if not row.form_no:
            yield Finding(row.place, "", "number_missing")
        elif row.form_no not in form.seats:
            code = "seat_gone" if row.form_no in form.gone else "number_unknown"
            yield Finding(row.place, row.form_no, code)
        elif times[row.form_no] > 1:
            yield Finding(row.place, row.form_no, "number_twice")
        else:
            empty = tuple(code for code, cell in row.cells.items() if cell is None)
            odd = tuple(
                code
                for code, cell in row.cells.items()
                if cell is not None and points_of(cell, form.least, form.most) is None
            )
            if odd:
                yield Finding(row.place, row.form_no, "not_of_the_scale", odd)
            elif empty:
                yield Finding(row.place, row.form_no, "incomplete", empty)


def _marks_file(folder: Path, reading_no: int) -> Path:
    return folder / "marks" / f"{reading_no:04d}-marks.csv"


def _content(folder: Path, line: Mapping[str, Any]) -> bytes:
    """Marks of an act; `OrchestrationError` unless they are those that it wrote."""
    file = _marks_file(folder, line["reading_no"])
    content = file.read_bytes() if file.is_file() else b""
    if sha256(content) != line["marks_hash"]:
        raise OrchestrationError("error.form_marks_changed", reading=line["reading_no"], file=file)
    return content


def _marks_before(folder: Path) -> dict[Key, int]:
    """The marks that were read last, of all acts."""
    found: dict[Key, int] = {}
    for line in read_book(folder):
        text = io.StringIO(_content(folder, line).decode(), newline="")
        for row in csv.DictReader(text):
            found[row["work_no"], row["expert_code"], row["criterion_code"]] = int(row["points"])
    return found


def _commit(
    settings: Settings,
    folder: Path,
    marks: Mapping[Key, int],
    *,
    stage: str,
    expert: str,
    file: Path,
    by: str,
) -> int:
    reading_no, made_at = len(read_book(folder)) + 1, shown_moment(utc_now())
    content = list_bytes(COLUMNS, [(*key, str(points), made_at) for key, points in marks.items()])
    write_beside(_marks_file(folder, reading_no), content, OWNER_ONLY)
    append(
        folder,
        {
            "count_marks": len(marks),
            "expert": expert,
            "file_hash": sha256(file.read_bytes()),
            "made_at": made_at,
            "made_by": by,
            "marks_hash": sha256(content),
            "reading_no": reading_no,
            "season": settings.season,
            "stage": stage,
        },
    )
    return reading_no


def deliver_forms(settings: Settings) -> list[Path]:
    """Deliver the marks of every form read that the warehouse lacks; returns the new files.

    `OrchestrationError` where the marks beside the book are not those of the act.
    """
    return deliver_book(settings, forms_folder(settings), MARKS_FEED, _form_files)


def _form_files(settings: Settings) -> Iterator[BookFile]:
    folder = forms_folder(settings)
    for line in read_book(folder):
        name = source_file(read_moment(line["made_at"]), NAME_OF_FILES, line["reading_no"], "csv")
        yield name, partial(_content, folder, line)
