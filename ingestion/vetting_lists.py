"""Drawing up the weekly lists to the vetting bodies: numbers, files, and the order of steps (Order §4.3).

Belongs here: one list for each body that has somebody to be sent, and what a crash leaves behind. Who is to
be sent, to whom, and by when a reply is due comes from the warehouse; the files' sheets are in
``vetting_workbooks.py``, the register in ``vetting_register.py``.

The order of steps: the drawing is recorded in the vault; the files are made in a hidden folder; the register
is delivered, which is the commit; the files get their names; the register lands. A run that was killed before
the commit leaves nothing that counts, and its hidden folder is removed; after it, the next run finishes what
is left.
"""

from __future__ import annotations

import logging
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path

from ingestion import vetting_register
from ingestion.clock import utc_now
from ingestion.config import IngestionConfig
from ingestion.errors import RezervError
from ingestion.list_identities import exports_now, take_identities
from ingestion.sheets import write_whole
from ingestion.vetting_records import Body, Candidate, NamedList, WeeklyList
from ingestion.vetting_register import Register
from ingestion.vetting_workbooks import list_workbook, summary_workbook

logger = logging.getLogger(__name__)

OWNER_ONLY, OWNERS_FOLDER = 0o600, 0o700
_DRAFT = ".drawing__"
_BETWEEN = "~"


@dataclass(frozen=True)
class Letterhead:
    """What the files of a drawing say beside the lists.

    by: who draws. language: of the Agency's summary. contact: whom bodies ask; empty for "answer this
    message". as_of: the season clock, UTC; a register is received at it.
    """

    by: str
    language: str
    contact: str
    as_of: datetime


@dataclass(frozen=True)
class Drawn:
    """What a drawing made: its files and its register's name below the landing folder."""

    lists: tuple[WeeklyList, ...]
    files: tuple[Path, ...]
    source_file: str


def plan_lists(
    candidates: Sequence[Candidate],
    bodies: Mapping[str, Body],
    register: Register,
    *,
    season: str,
    sent_on: date,
    due_on: date,
) -> list[WeeklyList]:
    """The lists to be drawn, in the order of the bodies; people by their candidate number.

    ``RezervError``: ``list_body_unknown``, ``list_numbers_exhausted``.
    """
    of_body: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        of_body[one.body_code].append(one)
    for one in candidates:
        if not {one.body_code, one.addressee_code} <= bodies.keys():
            raise RezervError("list_body_unknown", body=one.body_code)
    return [
        WeeklyList(
            list_no=register.next_number(code, season),
            season=season,
            body=bodies[code],
            addressee=bodies[of_body[code][0].addressee_code],
            sent_on=sent_on,
            due_on=due_on,
            candidates=tuple(sorted(of_body[code], key=lambda one: one.candidate_no)),
        )
        for code in sorted(of_body, key=lambda code: (bodies[code].order, code))
    ]


def draw_lists(
    config: IngestionConfig,
    folder: Path,
    lists: Sequence[WeeklyList],
    register: Register,
    head: Letterhead,
) -> Drawn:
    """Draw up lists into ``folder`` and register them; needs the warehouse's lock.

    ``RezervError``: those of ``take_identities``, and nothing was written; ``list_register_outside`` if the
    register could not land, and the lists count all the same.
    """
    config.require_secrets()
    received_at = head.as_of.replace(microsecond=0)
    source_file = vetting_register.new_source_file(config.landing_dir, received_at, register)
    named = _named(config, lists, head.by, source_file)
    draft = _make_draft(folder, source_file)
    try:
        _write_files(draft, folder, named, head)
        vetting_register.deliver(config.landing_dir, source_file, lists)
    except BaseException:
        if not vetting_register.is_committed(config.landing_dir, source_file, register):
            shutil.rmtree(draft)
        raise
    for one in lists:
        logger.info("list %s: %d people, drawn by %s", one.list_no, len(one.candidates), head.by)
    files = _reveal(draft, folder)
    vetting_register.land(config, source_file)
    return Drawn(tuple(lists), tuple(files), source_file)


def _write_files(draft: Path, folder: Path, named: Sequence[NamedList], head: Letterhead) -> None:
    """The lists and the summary, in the hidden folder."""
    made_at = utc_now()
    for one in named:
        write_whole(draft / one.about.file_name, list_workbook(one, head.contact, made_at), OWNER_ONLY)
    lists = [one.about for one in named]
    content = summary_workbook(lists, head.language, by=head.by, as_of=head.as_of, made_at=made_at)
    write_whole(draft / _summary_name(folder, lists[0].sent_on), content, OWNER_ONLY)
    vetting_register.flush_folder(draft)


def _named(
    config: IngestionConfig, lists: Sequence[WeeklyList], by: str, source_file: str
) -> list[NamedList]:
    """The lists with the people on them; that they are drawn is recorded in the vault."""
    exports = exports_now(((one.list_no, len(one.candidates)) for one in lists), by, source_file)
    rows = (candidate.row for one in lists for candidate in one.candidates)
    identities = take_identities(config, rows, exports)
    return [
        NamedList(one, [(candidate, identities[candidate.row]) for candidate in one.candidates])
        for one in lists
    ]


def finish_interrupted(config: IngestionConfig, folder: Path, register: Register) -> list[Path]:
    """Finish the drawings that count, and remove those that do not, of runs that were killed.

    Returns the files that got their names. Needs the warehouse's lock.
    """
    vetting_register.remove_unfinished(config.landing_dir)
    finished: list[Path] = []
    for draft in sorted(folder.glob(f"{_DRAFT}*")):
        source_file = draft.name.removeprefix(_DRAFT).replace(_BETWEEN, "/")
        if vetting_register.is_committed(config.landing_dir, source_file, register):
            finished += _reveal(draft, folder)
        else:
            shutil.rmtree(draft)
    return finished


def _make_draft(folder: Path, source_file: str) -> Path:
    """The hidden folder of a drawing, named after its register, for its owner alone."""
    draft = folder / f"{_DRAFT}{source_file.replace('/', _BETWEEN)}"
    for made in (folder, draft):
        made.mkdir(parents=True, exist_ok=True, mode=OWNERS_FOLDER)
        made.chmod(OWNERS_FOLDER)
    return draft


def _reveal(draft: Path, folder: Path) -> list[Path]:
    """Give the files of a drawing that counts their names."""
    files = []
    for path in sorted(draft.iterdir()):
        files.append(path.replace(folder / path.name))
    draft.rmdir()
    vetting_register.flush_folder(folder)
    return files


def _summary_name(folder: Path, day: date) -> str:
    """Name of the day's summary; a further drawing of the day has one of its own."""
    for number in count(1):
        name = f"{day:%Y-%m-%d}__summary{'' if number == 1 else f'-{number}'}.xlsx"
        if not (folder / name).exists():
            return name
    raise AssertionError("numbers do not end")
