"""Where identities are kept: an encrypted database that nothing downstream opens.

Belongs here: ``person_key``, the vault's tables, what a batch writes to them, and opening an identity on
purpose (POLICY A50). Raw rows, logs, errors and results carry ``person_key`` and row numbers instead (FACTS
§4, §10). How the vault is attached is in ``workbench.py``.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from ingestion.config import IngestionConfig
from ingestion.contracts import feed_names, load_contract
from ingestion.contracts.model import Contract
from ingestion.errors import RezervError
from ingestion.workbench import attach_vault, open_memory, transaction

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger(__name__)

PERSON_KEY_LENGTH = 32
CANDIDATE_NO = "candidate_no"
_BLOCK_SIZE = hashlib.sha256().block_size
_FINGERPRINT_TEXT = "rezerv person_secret fingerprint"
_TABLES = """
create table if not exists vault.quarantined_rows (
    batch_id varchar not null, row_number integer not null, content json not null
);
create table if not exists vault.openings (
    opened_at timestamp not null, candidate_no varchar not null, asked_by varchar not null,
    seconded_by varchar not null, reason varchar not null
);
create table if not exists vault.list_exports (
    exported_at timestamp not null, list_no varchar not null, exported_by varchar not null,
    count_people integer not null, register_name varchar not null
);
create table if not exists vault.settings (name varchar primary key, value varchar not null);
"""


@dataclass(frozen=True)
class Opening:
    """One identity opened on purpose: when (UTC), of whom, who asked, who seconded, and why."""

    opened_at: datetime
    candidate_no: str
    asked_by: str
    seconded_by: str
    reason: str


def person_key(person_secret: str, iin: str) -> str:
    """Key of a person: HMAC-SHA256 of the IIN under the secret, 32 hexadecimal characters."""
    digest = hmac.new(person_secret.encode(), iin.encode(), hashlib.sha256).hexdigest()
    return digest[:PERSON_KEY_LENGTH]


class PersonKeys:
    """``person_key`` for whole columns, and keyed hashes of other values, in SQL."""

    def __init__(self, person_secret: str) -> None:
        secret = person_secret.encode()
        block = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK_SIZE else secret).ljust(
            _BLOCK_SIZE, b"\0"
        )
        self._inner = bytes(byte ^ 0x36 for byte in block)
        self._outer = bytes(byte ^ 0x5C for byte in block)

    @property
    def blocks(self) -> list[bytes]:
        """Values for the outer and the inner place of ``expression``."""
        return [self._outer, self._inner]

    @staticmethod
    def expression(text: str, outer: str = "?::blob", inner: str = "?::blob") -> str:
        """HMAC-SHA256 (RFC 2104) of a text expression in SQL, with the places of ``blocks`` in their order.

        The same as ``person_key`` where the text is an IIN; null of null.
        """
        return f"left(sha256({outer} || unhex(sha256({inner} || encode({text})))), {PERSON_KEY_LENGTH})"


class Vault:
    """An open vault, for those who may read it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, query: str, parameters: list[object] | None = None) -> list[tuple[Any, ...]]:
        """Result of a query on schema ``vault``; for people with the key and for tests."""
        return self._connection.execute(query, parameters or []).fetchall()


@contextmanager
def open_vault(path: Path, vault_key: str, person_secret: str) -> Iterator[Vault]:
    """Open the vault alone, making it at the first time.

    ``RezervError``: ``secret_missing`` and those of ``create_tables`` and ``workbench.attach_vault``.
    """
    for name, value in (("vault_key", vault_key), ("person_secret", person_secret)):
        if not value.strip():
            raise RezervError("secret_missing", name=name)
    with open_memory() as connection:
        attach_vault(connection, path, vault_key)
        create_tables(connection, path, person_secret)
        yield Vault(connection)
        connection.execute("detach vault")


def create_tables(connection: duckdb.DuckDBPyConnection, path: Path, person_secret: str) -> None:
    """Make the vault's tables where they are missing.

    ``RezervError('person_secret_changed')``: under another secret the same person would become two.
    """
    with transaction(connection):
        connection.execute(_TABLES)
        for feed in feed_names():
            _create_feed_table(connection, load_contract(feed))
        _check_secret(connection, path, person_secret)


def identity_columns(contract: Contract) -> list[tuple[str, str]]:
    """Columns of a feed in the vault with their types: its key, the candidate, what identifies people."""
    columns = [(column.name, column.physical_type) for column in contract.columns if column.is_key]
    columns += [
        (column.name, column.physical_type)
        for column in contract.columns
        if column.is_vault or column.name == CANDIDATE_NO
    ]
    return list(dict.fromkeys(columns))


def _create_feed_table(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    if not contract.has_vault_columns:
        return
    table = f"vault.{contract.feed}"
    connection.execute(
        f"create table if not exists {table} (_batch_id varchar not null, _row_number integer not null)"
    )
    connection.execute(f"alter table {table} add column if not exists _received_at timestamp")
    for name, physical_type in identity_columns(contract):
        connection.execute(f"alter table {table} add column if not exists {name} {physical_type}")


def _check_secret(connection: duckdb.DuckDBPyConnection, path: Path, person_secret: str) -> None:
    fingerprint = hmac.new(person_secret.encode(), _FINGERPRINT_TEXT.encode(), hashlib.sha256).hexdigest()
    connection.execute(
        "insert into vault.settings values ('person_secret_fingerprint', ?) on conflict do nothing",
        [fingerprint],
    )
    kept = connection.execute(
        "select value from vault.settings where name = 'person_secret_fingerprint'"
    ).fetchone()
    if kept is None or not hmac.compare_digest(kept[0], fingerprint):
        raise RezervError("person_secret_changed", path=path)


def write_batch(
    connection: duckdb.DuckDBPyConnection, contract: Contract, batch_id: str, received_at: datetime
) -> None:
    """Keep what the file on the stage says of people, and the content of its rows outside.

    One transaction; writing the same batch again replaces it.
    """
    with transaction(connection):
        if contract.has_vault_columns:
            names = ", ".join(name for name, _ in identity_columns(contract))
            connection.execute(f"delete from vault.{contract.feed} where _batch_id = ?", [batch_id])
            connection.execute(
                f"insert into vault.{contract.feed} ({names}, _batch_id, _row_number, _received_at)"
                f" select {names}, ?, _row_number, ? from accepted",
                [batch_id, received_at],
            )
        connection.execute("delete from vault.quarantined_rows where batch_id = ?", [batch_id])
        connection.execute(
            "insert into vault.quarantined_rows select ?, row_number, content from outside_content",
            [batch_id],
        )


def open_identity(
    config: IngestionConfig, candidate_no: str, asked_by: str, seconded_by: str, reason: str
) -> list[dict[str, object]]:
    """What the vault has of a candidate, latest last; the opening is recorded before anything is shown.

    It shows the identity once; nothing stays open (POLICY A50). ``RezervError``: ``two_people`` unless two
    different people are named, ``reason_missing``, ``candidate_unknown``.
    """
    require_two_people(asked_by, seconded_by, reason)
    with _open(config) as vault:
        found = _identities(vault, candidate_no)
        if not found:
            raise RezervError("candidate_unknown", candidate=candidate_no)
        record_openings(vault, [candidate_no], asked_by, seconded_by, reason)
    logger.info("the identity of %s was opened by %s, seconded by %s", candidate_no, asked_by, seconded_by)
    return found


def require_two_people(asked_by: str, seconded_by: str, reason: str) -> None:
    """``RezervError``: ``two_people`` unless two different people are named, ``reason_missing``."""
    if not asked_by.strip() or _same(asked_by) == _same(seconded_by) or not seconded_by.strip():
        raise RezervError("two_people")
    if not reason.strip():
        raise RezervError("reason_missing")


def record_openings(
    vault: Vault, candidates: Iterable[str], asked_by: str, seconded_by: str, reason: str
) -> None:
    """Write down that the identities of these candidates are opened now, by whom and why."""
    moment = utc_now()
    for candidate_no in candidates:
        record: list[object] = [moment, candidate_no, asked_by.strip(), seconded_by.strip(), reason.strip()]
        vault.rows("insert into vault.openings values (?, ?, ?, ?, ?)", record)


def openings(config: IngestionConfig) -> list[Opening]:
    """All openings, oldest first."""
    if not config.vault.is_file():
        return []
    columns = "opened_at, candidate_no, asked_by, seconded_by, reason"
    with _open(config) as vault:
        rows = vault.rows(f"select {columns} from vault.openings order by opened_at, candidate_no")
    return [Opening(*row) for row in rows]


def _open(config: IngestionConfig) -> Any:
    return open_vault(config.vault, config.vault_key, config.person_secret)


def _identities(vault: Vault, candidate_no: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for feed in feed_names():
        contract = load_contract(feed)
        names = [name for name, _ in identity_columns(contract)]
        if contract.has_vault_columns and CANDIDATE_NO in names:
            columns = ", ".join([*names, "_received_at"])
            order = "order by _received_at, _row_number"
            query = f"select {columns} from vault.{feed} where candidate_no = ? {order}"
            rows = vault.rows(query, [candidate_no])
            names.append("received_at")
            found += [{"feed": feed, **dict(zip(names, row, strict=True))} for row in rows]
    return found


def _same(name: str) -> str:
    return "".join(name.split()).casefold()
