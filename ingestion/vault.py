"""Where identities are kept: an encrypted database that nothing downstream opens.

Belongs here: opening the vault, ``person_key``, and writing what a batch says of people: their identities and
the content of quarantined rows. Raw rows, logs, errors and results carry ``person_key`` and row numbers
instead (FACTS §4, §10). Reading identities back for an appeal is a matter for people with the key (POLICY
A50), not for the pipeline.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.contracts.model import PERSON_KEY, Contract
from ingestion.errors import RetryableError, RezervError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

PERSON_KEY_LENGTH = 32
_FINGERPRINT_TEXT = "rezerv person_secret fingerprint"
_IDENTITY_COLUMNS = ("candidate_no", "iin", "last_name", "first_name", "middle_name", "phone")
_TABLES = """
create table if not exists vault.identities (
    person_key varchar not null, candidate_no varchar, iin varchar not null,
    last_name varchar, first_name varchar, middle_name varchar, phone varchar, _batch_id varchar not null
);
create table if not exists vault.quarantined_rows (
    batch_id varchar not null, row_number integer not null, content json not null
);
create table if not exists vault.settings (name varchar primary key, value varchar not null);
"""


def person_key(person_secret: str, iin: str) -> str:
    """Key of a person: HMAC-SHA256 of the IIN under the secret, 32 hexadecimal characters."""
    digest = hmac.new(person_secret.encode(), iin.encode(), hashlib.sha256).hexdigest()
    return digest[:PERSON_KEY_LENGTH]


class Vault:
    """An open vault. Each write is one transaction and replaces what the vault had of the batch."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def write_batch(
        self, batch_id: str, identities: pa.Table | None, rows_outside: Mapping[int, Mapping[str, object]]
    ) -> None:
        """Keep what a batch says of people; writing the same batch again replaces it.

        identities: columns ``person_key`` and those of ``identities`` that the feed has. rows_outside:
        content of quarantined rows by row number.
        """
        if identities is None and not rows_outside:
            return
        run = self._connection.execute
        run("begin")
        try:
            run("delete from vault.identities where _batch_id = ?", [batch_id])
            run("delete from vault.quarantined_rows where batch_id = ?", [batch_id])
            self._insert_identities(batch_id, identities)
            self._insert_rows(batch_id, rows_outside)
            run("commit")
        except BaseException:
            run("rollback")
            raise

    def _insert_identities(self, batch_id: str, identities: pa.Table | None) -> None:
        if identities is None or identities.num_rows == 0:
            return
        names = ", ".join(identities.column_names)
        self._connection.register("arriving", identities)
        self._connection.execute(
            f"insert into vault.identities ({names}, _batch_id) select distinct {names}, ? from arriving",
            [batch_id],
        )
        self._connection.unregister("arriving")

    def _insert_rows(self, batch_id: str, rows_outside: Mapping[int, Mapping[str, object]]) -> None:
        import pyarrow as pa

        if not rows_outside:
            return
        numbers = sorted(rows_outside)
        content = [json.dumps(rows_outside[number], ensure_ascii=False, default=str) for number in numbers]
        arriving = pa.table({"row_number": pa.array(numbers, type=pa.int32()), "content": content})
        self._connection.register("arriving", arriving)
        self._connection.execute(
            "insert into vault.quarantined_rows select ?, row_number, content from arriving", [batch_id]
        )
        self._connection.unregister("arriving")

    def rows(self, query: str, parameters: list[object] | None = None) -> list[tuple[Any, ...]]:
        """Result of a query on schema ``vault``; for people with the key and for tests."""
        return self._connection.execute(query, parameters or []).fetchall()


@contextmanager
def open_vault(path: Path, vault_key: str, person_secret: str) -> Iterator[Vault]:
    """Open the vault, making it at the first time.

    ``RezervError``: ``secret_missing``; ``vault_key_wrong``; ``vault_unreadable``; ``person_secret_changed``,
    because under another secret the same person would become two. ``RetryableError('vault_busy')`` while
    another process has it open.
    """
    for name, value in (("vault_key", vault_key), ("person_secret", person_secret)):
        if not value.strip():
            raise RezervError("secret_missing", name=name)
    connection = _attach(path, vault_key)
    try:
        connection.execute(_TABLES)
        _check_secret(connection, path, person_secret)
        yield Vault(connection)
        connection.execute("detach vault")
    finally:
        connection.close()


def _attach(path: Path, vault_key: str) -> duckdb.DuckDBPyConnection:
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    _load_encryption(connection)
    # What does not fit in memory is written to disk encrypted too.
    connection.execute("set temp_file_encryption = true")
    try:
        connection.execute(f"attach {_quoted(str(path))} as vault (encryption_key {_quoted(vault_key)})")
    except duckdb.Error as error:
        connection.close()
        raise _opening_failure(path, str(error)) from None
    return connection


def _opening_failure(path: Path, text: str) -> RezervError:
    if "encryption key" in text.lower():
        return RezervError("vault_key_wrong", path=path)
    if "lock on file" in text.lower():
        return RetryableError("vault_busy", path=path)
    return RezervError("vault_unreadable", path=path)


def _load_encryption(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that encrypts, from its pinned package.

    Nothing is downloaded or written to the home folder.
    """
    from importlib import resources

    import duckdb

    try:
        folder = resources.files("duckdb_extension_httpfs").joinpath("extensions", f"v{duckdb.__version__}")
        connection.execute(f"load {_quoted(str(folder.joinpath('httpfs.duckdb_extension')))}")
    except (duckdb.Error, ModuleNotFoundError):
        connection.close()
        raise RezervError("vault_extension_missing") from None


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


def separate_identities(
    rows: pa.Table, contract: Contract, person_secret: str
) -> tuple[pa.Table, pa.Table | None]:
    """Split accepted rows into what may land and what goes to the vault.

    Gives the rows with ``person_key`` in place of the IIN and without vault columns, and the identities (None
    for a feed that names nobody).
    """
    import pyarrow as pa

    iin_column = contract.iin_column
    if iin_column is None:
        return rows, None
    numbers = rows.column(iin_column.name).to_pylist()
    key_of = {number: person_key(person_secret, number) for number in set(numbers)}
    keys = pa.array([key_of[number] for number in numbers], type=pa.string())
    names = [name for name in _IDENTITY_COLUMNS if name in rows.column_names]
    identities = rows.select(names).append_column(PERSON_KEY, keys)
    position = rows.column_names.index(iin_column.name)
    landing = rows.set_column(position, PERSON_KEY, keys)
    others = [column.name for column in contract.columns if column.is_vault and not column.is_iin]
    return landing.drop_columns(others), identities


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
