"""What an expert receives: a form to mark in, as a workbook and as text, and nothing about the author.

Belongs here: the works of a packet, what its two files say, and writing them for their owner alone. A packet
holds the number under which this expert knows the work, its case, language and length, the flags of A24, and
the criteria with their scale; no candidate number, name, employer or platform's number. The text of a
solution stays on the platform (docs/feeds/platform__solutions.md). Not here: who marks what (`panels.py`).
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.messages import plain
from orchestration.assignment.books import OWNER_ONLY, make_owners_folder, read_moment, write_beside
from orchestration.assignment.dealing import list_bytes
from orchestration.assignment.panels import (
    PLATFORM_COLUMNS,
    Given,
    Pool,
    Seat,
    assignments_folder,
)
from orchestration.ledger import flush_folder
from orchestration.texts import Texts, texts_of

if TYPE_CHECKING:
    from orchestration.settings import Settings

_COLUMNS = ("form_no", "case", "title_of_case", "language", "words", "flags")
_WIDTHS = (18, 16, 44, 10, 9, 26)
_CRITERION_WIDTH, _REMARK_WIDTH = 16, 30
_DRAFT = ".part"

_CRITERIA = """
select criterion_code, name_{language} as name
from seeds.stage_criteria
where season_code::varchar = $season and stage_code = $stage
order by criterion_order
"""
_SCALE = """
select points_min, points_max, words_limit, duration_minutes from seeds.stage_scoring
where season_code::varchar = $season and stage_code = $stage
"""


@dataclass(frozen=True)
class PacketWork:
    """A work as an expert sees it; the number is this expert's own."""

    form_no: str
    case_code: str
    case_title: str
    language_code: str
    count_words: int
    is_over_words: bool
    is_over_time: bool


@dataclass(frozen=True)
class Scale:
    """Criteria by name, in order, least and most points, and the limits whose breach is flagged (A24)."""

    criteria: tuple[str, ...]
    points_min: int
    points_max: int
    words_limit: int
    minutes_limit: int


@dataclass(frozen=True)
class Packets:
    """Where the packets of an act and the platform's list are, and how many packets there are."""

    folder: Path
    platform: Path
    count: int


def read_scale(pool: Pool, season: str, stage: str) -> Scale:
    """The form's criteria and scale, from the season's seeds."""
    params = {"season": season, "stage": stage}
    names = tuple(str(row["name"]) for row in pool.source.reading.rows(_CRITERIA, params))
    [row] = pool.source.reading.rows(_SCALE, params)
    return Scale(names, row["points_min"], row["points_max"], row["words_limit"], row["duration_minutes"])


def packet_works(pool: Pool, seats: Sequence[Seat]) -> dict[str, list[PacketWork]]:
    """Works of each expert, by the numbers that the expert reads; works that count no more are left out."""
    found: dict[str, list[PacketWork]] = defaultdict(list)
    for seat in seats:
        row = pool.works.get(seat.work_no)
        if row is not None:
            found[seat.expert_code].append(_work(seat, row))
    return {code: sorted(found[code], key=lambda work: work.form_no) for code in sorted(found)}


def _work(seat: Seat, row: Mapping[str, Any]) -> PacketWork:
    return PacketWork(
        seat.form_no, row["case_code"], row["case_title"] or "", row["language_code"], row["count_words"],
        row["is_over_words"], row["is_over_time"],
    )  # fmt: skip


def packets_folder(settings: Settings, act_no: int) -> Path:
    """Where the packets of an act are."""
    return assignments_folder(settings) / "packets" / f"{act_no:04d}"


def write_packets(settings: Settings, pool: Pool, given: Given, stage: str) -> Packets:
    """Write a packet for each expert whom the latest act gave works, and the platform's list of all seats.

    Packets that stand are left as they are; a folder of a run that was killed is made anew.
    """
    act_no = int(given.line["act_no"])
    folder = packets_folder(settings, act_no)
    works = packet_works(pool, given.of_act)
    if not folder.is_dir():
        draft = folder.with_name(folder.name + _DRAFT)
        if draft.is_dir():
            shutil.rmtree(draft)
        make_owners_folder(draft)
        scale = read_scale(pool, settings.season, stage)
        say, made_at = texts_of(settings.language), read_moment(given.line["made_at"])
        for code, own in works.items():
            write_beside(draft / f"{code}.xlsx", workbook(say, code, own, scale, made_at), OWNER_ONLY)
            write_beside(draft / f"{code}.txt", text(say, code, own, scale).encode(), OWNER_ONLY)
        draft.rename(folder)
        flush_folder(folder.parent)
    platform = assignments_folder(settings) / "platform" / f"{act_no:04d}-platform.csv"
    rows = [(seat.work_no, seat.expert_code, seat.form_no) for seat in given.seats]
    write_beside(platform, list_bytes(PLATFORM_COLUMNS, rows), OWNER_ONLY)
    return Packets(folder, platform, len(works))


def workbook(say: Texts, expert: str, works: Sequence[PacketWork], scale: Scale, made_at: datetime) -> bytes:
    """The packet as an Excel file: how to mark, and the form. The same packet gives the same bytes.

    made_at: moment of the act, UTC, the only moment that the file holds.
    """
    from ingestion.sheets import Book

    book = Book(say("packet.title"), say("packet.page"), made_at)
    cover = book.sheet(say("packet.sheet_cover"), (30, 90), expert)
    cover.title(say("packet.title"))
    for label, value in _facts(say, expert, works, scale):
        cover.line((label, value), labelled=True)
    headings = [say(f"packet.{name}") for name in _COLUMNS]
    widths = (*_WIDTHS, *(_CRITERION_WIDTH for _ in scale.criteria), _REMARK_WIDTH)
    form = book.listing(
        say("packet.sheet_form"), [*headings, *scale.criteria, say("packet.remark")], widths, expert
    )
    for work in works:
        form.line((*_cells(say, work), *("" for _ in scale.criteria), ""), ruled=True)
    first = len(_COLUMNS)
    form.worksheet.data_validation(
        1, first, max(len(works), 1), first + len(scale.criteria) - 1,
        {
            "validate": "integer", "criteria": "between", "minimum": scale.points_min,
            "maximum": scale.points_max,
            "error_message": say("packet.scale_text", least=scale.points_min, most=scale.points_max),
        },
    )  # fmt: skip
    return book.content()


def _facts(say: Texts, expert: str, works: Sequence[PacketWork], scale: Scale) -> list[tuple[str, str]]:
    return [
        (say("packet.expert"), expert),
        (say("packet.count"), str(len(works))),
        (
            say("packet.scale"),
            say("packet.scale_text", least=scale.points_min, most=scale.points_max),
        ),
        (say("packet.criteria"), "; ".join(scale.criteria)),
        (
            say("packet.flags"),
            say("packet.flags_text", words=scale.words_limit, minutes=scale.minutes_limit),
        ),
        (say("packet.where"), say("packet.where_text")),
        (say("packet.silence"), say("packet.silence_text")),
    ]


def _cells(say: Texts, work: PacketWork) -> tuple[str, str, str, str, int, str]:
    flags = [
        say(f"packet.{name}")
        for name, is_set in (("over_words", work.is_over_words), ("over_time", work.is_over_time))
        if is_set
    ]
    title = plain(work.case_title)
    return work.form_no, work.case_code, title, work.language_code, work.count_words, "; ".join(flags)


def text(say: Texts, expert: str, works: Sequence[PacketWork], scale: Scale) -> str:
    """The packet as plain text, for who has no spreadsheet at hand."""
    lines = [say("packet.title"), ""]
    lines += [f"{label}: {value}" for label, value in _facts(say, expert, works, scale)]
    for work in works:
        form_no, case, title, language, words, flags = _cells(say, work)
        lines += ["", form_no, f"  {say('packet.case')}: {case} {title}".rstrip()]
        lines.append(f"  {say('packet.language')}: {language}; {say('packet.words')}: {words}")
        if flags:
            lines.append(f"  {say('packet.flags')}: {flags}")
        lines += [f"  {name}: ____" for name in scale.criteria]
        lines.append(f"  {say('packet.remark')}: ____")
    return "\n".join(lines) + "\n"
