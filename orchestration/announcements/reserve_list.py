"""The named list of the Reserve: the one list that names people (A45), taken from the vault by two of them.

Belongs here: who is on it, and the paper. Names stand in no order but the alphabet's within a track, and no
candidate number stands beside a name: with both, everybody could read every earlier list by name. Not here:
opening the vault (`ingestion/list_identities.py`), who enters the Reserve (Order §9).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.announcements.published import Published, open_published
from orchestration.errors import OrchestrationError, UserError
from orchestration.layout.content import Block, Column, Document, Kind, Section, Table
from orchestration.layout.texts import report_texts

if TYPE_CHECKING:
    from ingestion.list_identities import Identity
    from orchestration.settings import Settings

KIND = "reserve_list"
ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_DECIDING = """
select stage_code from core.dim_stages
where season_code::varchar = $season and admits_by_code = 'decision'
"""
_ROWS = """
select candidate_no, _batch_id, _row_number, identity_key from intermediate.int_accounts__counted
where season_code::varchar = $season and list_contains($numbers, candidate_no)
"""


def deciding_stage(settings: Settings) -> str:
    """Code of the stage whose list is the Reserve."""
    from orchestration.announcements.published import NEEDED_TABLES
    from orchestration.release_reading import open_release

    reading = open_release(settings, NEEDED_TABLES).reading
    [row] = reading.rows(_DECIDING, {"season": settings.season})
    return str(row["stage_code"])


def require_outside(settings: Settings, folder: Path) -> None:
    """`UserError` for a folder below the home: names stand nowhere in it but in the vault."""
    home = settings.home.resolve()
    if folder.resolve() == home or home in folder.resolve().parents:
        raise UserError("error.reserve_inside_home", folder=folder, home=settings.home)


def open_reserve(settings: Settings) -> Published:
    """The list of the Reserve in force; `UserError` if nobody is on it."""
    published = open_published(settings, deciding_stage(settings))
    if not published.admitted:
        raise UserError("error.reserve_nobody")
    return published


def take_names(
    settings: Settings, published: Published, by: str, second: str, reason: str
) -> Mapping[str, Identity]:
    """Identities by candidate number; who took them, with whom and why is recorded for each before.

    `RezervError`: `two_people`, `reason_missing`, or what the vault lacks.
    """
    from ingestion.list_identities import VaultRow, take_named

    numbers = sorted(row["candidate_no"] for row in published.admitted)
    rows = {
        number: VaultRow(batch, place, key)
        for number, batch, place, key in _vault_rows(settings, published.act.season, numbers)
    }
    missing = [number for number in numbers if number not in rows]
    if missing:
        raise OrchestrationError("error.reserve_unknown", candidates=", ".join(missing))
    return take_named(settings.ingestion_config(), rows, by, second, reason)


def _vault_rows(settings: Settings, season: str, numbers: list[str]) -> list[tuple[str, str, int, str]]:
    from ingestion.raw_store import open_warehouse

    with open_warehouse(settings.warehouse, read_only=True) as connection:
        return connection.execute(_ROWS, {"season": season, "numbers": numbers}).fetchall()


def reserve_list(published: Published, people: Mapping[str, Identity], language: str) -> Document:
    """The named list in a language; names as they stand in the person's document."""
    say = report_texts(language)
    tables: list[Block] = []
    for code in published.tracks:
        own = [
            people[row["candidate_no"]] for row in published.of_track(code) if row["candidate_no"] in people
        ]
        if own:
            tables.append(
                _track(say("reserve.number"), say("reserve.name"), published.track_title(code, language), own)
            )
    return Document(
        kind=KIND,
        title=say("reserve.title"),
        summary=say.plural("reserve.summary", len(people)),
        language=language,
        identity=published.identity(language),
        sections=(Section(say("reserve.by_track"), tuple(tables)),),
    )


def _track(number: str, name: str, title: str, people: list[Identity]) -> Table:
    names = sorted((_full_name(one) for one in people), key=alphabetical)
    return Table(
        name=title,
        title=title,
        columns=(Column(number, Kind.WHOLE), Column(name)),
        rows=tuple(enumerate(names, start=1)),
    )


def _full_name(one: Identity) -> str:
    return " ".join(part for part in (one.last_name, one.first_name, one.middle_name) if part)


def alphabetical(name: str) -> tuple[list[int], str]:
    """Key of the order of the Kazakh alphabet, which holds the Russian one; other letters after them."""
    places = [ALPHABET.find(letter) for letter in name.casefold()]
    ordered = [
        place if place >= 0 else (-1 if letter in " -" else len(ALPHABET) + ord(letter))
        for place, letter in zip(places, name.casefold(), strict=True)
    ]
    return ordered, name
