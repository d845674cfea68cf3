"""Identities taken out of the vault for lists that name people, and the record of it.

Belongs here: which row of the vault a line of a list names (the very one that its ``identity_key`` was
computed from), who drew which weekly list to the vetting bodies when (table ``vault.list_exports``), and the
opening of all names of the Reserve at once. Not here: files
(``vetting_lists.py``) or who is on a list (``dbt_project/``, Order §4.3). The record is made before anything
is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.clock import utc_now
from ingestion.config import IngestionConfig
from ingestion.contracts import load_contract
from ingestion.derivation import derived_expression
from ingestion.errors import RezervError
from ingestion.vault import PersonKeys, Vault, open_vault, record_openings, require_two_people

REGISTRATIONS = "platform__registrations"
IDENTITY_KEY = "identity_key"
_COLUMNS = ("iin", "last_name", "first_name", "middle_name", "birth_on")


@dataclass(frozen=True, order=True)
class VaultRow:
    """A row of the vault by the file and the line that brought it, and the key of what it says.

    identity_key: None where the row landed before there were keys.
    """

    batch_id: str
    row_number: int
    identity_key: str | None = None


@dataclass(frozen=True)
class Identity:
    """Whom a line of a list names; nothing of it shows in ``repr``."""

    iin: str = field(repr=False)
    last_name: str = field(repr=False)
    first_name: str = field(repr=False)
    middle_name: str | None = field(repr=False)
    birth_on: date = field(repr=False)


@dataclass(frozen=True)
class ListExport:
    """A list drawn: when (UTC), its number, by whom, how many people, and the register that made it count."""

    exported_at: datetime
    list_no: str
    exported_by: str
    count_people: int
    register_name: str


def take_identities(
    config: IngestionConfig, rows: Iterable[VaultRow], exports: Sequence[ListExport]
) -> dict[VaultRow, Identity]:
    """The identities of rows of the vault; what they are taken for is recorded first.

    ``RezervError``: ``list_identity_missing`` if the vault lacks a row, ``list_identity_differs`` if
    one says something else than its key; then nothing is recorded.
    """
    with open_vault(config.vault, config.vault_key, config.person_secret) as vault:
        found = _agreeing(vault, config, rows)
        for one in exports:
            vault.rows("insert into vault.list_exports values (?, ?, ?, ?, ?)", _values(one))
    return found


def take_named(
    config: IngestionConfig, rows: Mapping[str, VaultRow], by: str, second: str, reason: str
) -> dict[str, Identity]:
    """The identities of candidates, by number, opened by two people for a reason (POLICY A45, A50).

    Each opening is recorded before anything is given out. ``RezervError``: ``two_people``,
    ``reason_missing``, and the errors of `take_identities`; then nothing is recorded.
    """
    require_two_people(by, second, reason)
    with open_vault(config.vault, config.vault_key, config.person_secret) as vault:
        found = _agreeing(vault, config, rows.values())
        record_openings(vault, sorted(rows), by, second, reason)
    return {candidate_no: found[row] for candidate_no, row in rows.items()}


def _agreeing(vault: Vault, config: IngestionConfig, rows: Iterable[VaultRow]) -> dict[VaultRow, Identity]:
    """Identities of rows that the vault has and that say what their keys say."""
    wanted = sorted(set(rows), key=lambda row: (row.batch_id, row.row_number))
    found = _look_up(vault, config, wanted)
    missing = [row for row in wanted if row not in found]
    if missing:
        raise RezervError("list_identity_missing", count=len(missing), batch=missing[0].batch_id)
    strange = [row for row, (_, key) in found.items() if row.identity_key not in (None, key)]
    if strange:
        raise RezervError("list_identity_differs", count=len(strange), batch=strange[0].batch_id)
    return {row: identity for row, (identity, _) in found.items()}


def _look_up(
    vault: Vault, config: IngestionConfig, wanted: Sequence[VaultRow]
) -> dict[VaultRow, tuple[Identity, str]]:
    """Identity and key of each row that the vault has."""
    key = next(one for one in load_contract(REGISTRATIONS).derived_columns if one.name == IDENTITY_KEY)
    query = f"""
        with wanted as (
            select unnest(?::varchar[]) as _batch_id, unnest(?::integer[]) as _row_number
        )
        select _batch_id, _row_number, {", ".join(_COLUMNS)}, {derived_expression(key)}
        from vault.{REGISTRATIONS}
        inner join wanted using (_batch_id, _row_number)
    """
    places: list[object] = [[row.batch_id for row in wanted], [row.row_number for row in wanted]]
    blocks: list[object] = list(PersonKeys(config.person_secret).blocks)
    by_place = {(row.batch_id, row.row_number): row for row in wanted}
    return {
        by_place[(batch, number)]: (Identity(*values), computed)
        for batch, number, *values, computed in vault.rows(query, [*places, *blocks])
    }


def list_exports(config: IngestionConfig) -> list[ListExport]:
    """Every drawing of a list, oldest first, those too that never came to count."""
    if not config.vault.is_file():
        return []
    columns = "exported_at, list_no, exported_by, count_people, register_name"
    with open_vault(config.vault, config.vault_key, config.person_secret) as vault:
        rows = vault.rows(f"select {columns} from vault.list_exports order by exported_at, list_no")
    return [ListExport(*row) for row in rows]


def exports_now(lists: Iterable[tuple[str, int]], by: str, register_name: str) -> list[ListExport]:
    """The record of lists that are drawn now: (number, people) each."""
    now = utc_now()
    return [ListExport(now, list_no, by, count, register_name) for list_no, count in lists]


def _values(one: ListExport) -> list[object]:
    return [one.exported_at, one.list_no, one.exported_by, one.count_people, one.register_name]
