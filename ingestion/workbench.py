"""The database connection on which files are landed.

Belongs here: one connection in memory with the warehouse and the vault attached, so that rows go from the
table in which they are judged straight to where they stay. Memory is bounded; what does not fit goes to disk
encrypted. What is written is settled in ``raw_store.py`` and ``vault.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.config import IngestionConfig
from ingestion.errors import RetryableError, RezervError
from ingestion.limits import STAGE_MEMORY

if TYPE_CHECKING:
    import duckdb


@contextmanager
def open_memory(spill: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that can encrypt; ``spill`` is the folder for what does not fit in memory.

    ``RezervError('vault_extension_missing')`` if the pinned extension is not installed.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    try:
        _load_encryption(connection)
        connection.execute("set temp_file_encryption = true")
        connection.execute(f"set memory_limit = {quoted(STAGE_MEMORY)}")
        # Rows carry their number; keeping their order besides would cost a core.
        connection.execute("set preserve_insertion_order = false")
        if spill is not None:
            connection.execute(f"set temp_directory = {quoted(str(spill))}")
        yield connection
    finally:
        connection.close()


@contextmanager
def open_workbench(config: IngestionConfig) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with ``warehouse`` (the default) and ``vault`` attached for writing.

    ``RezervError``: ``warehouse_unreadable``, ``vault_key_wrong``, ``vault_unreadable``,
    ``vault_extension_missing``; ``RetryableError``: ``warehouse_busy``, ``vault_busy``.
    """
    with open_memory(config.warehouse.with_name(config.warehouse.name + ".spill")) as connection:
        attach_warehouse(connection, config.warehouse)
        attach_vault(connection, config.vault, config.vault_key)
        connection.execute("use warehouse")
        try:
            yield connection
        finally:
            connection.execute("use memory")
        for name in ("vault", "warehouse"):
            connection.execute(f"detach {name}")


def attach_warehouse(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attach the warehouse for writing, making it at the first time."""
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection.execute(f"attach {quoted(str(path))} as warehouse")
    except duckdb.Error as error:
        if _is_busy(str(error)):
            raise RetryableError("warehouse_busy", path=path) from None
        raise RezervError("warehouse_unreadable", path=path) from None


def attach_vault(connection: duckdb.DuckDBPyConnection, path: Path, vault_key: str) -> None:
    """Attach the vault for writing, making it at the first time."""
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection.execute(f"attach {quoted(str(path))} as vault (encryption_key {quoted(vault_key)})")
    except duckdb.Error as error:
        text = str(error)
        if "encryption key" in text.lower():
            raise RezervError("vault_key_wrong", path=path) from None
        if _is_busy(text):
            raise RetryableError("vault_busy", path=path) from None
        raise RezervError("vault_unreadable", path=path) from None
    path.chmod(0o600)


def _is_busy(text: str) -> bool:
    """Whether a database could not be attached because somebody has it open, here or elsewhere."""
    lowered = text.lower()
    return "lock on file" in lowered or "file handle conflict" in lowered or "already attached" in lowered


def _load_encryption(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that encrypts, from its pinned package.

    Nothing is downloaded or written to the home folder.
    """
    from importlib import resources

    import duckdb

    try:
        folder = resources.files("duckdb_extension_httpfs").joinpath("extensions", f"v{duckdb.__version__}")
        connection.execute(f"load {quoted(str(folder.joinpath('httpfs.duckdb_extension')))}")
    except (duckdb.Error, ModuleNotFoundError):
        raise RezervError("vault_extension_missing") from None


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that is written inside, or nothing of it. A transaction writes to one attached database only."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
