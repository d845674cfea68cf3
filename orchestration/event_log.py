"""The event log of a run from the console: Dagster's own, with one connection kept for each of its files.

Belongs here: how this process talks to the SQLite files of the history during a run. Not here: what is
written, or choosing this storage (`run_history.py`). Imports Dagster: name it, do not import it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    SQLITE_BUSY_TIMEOUT_SECONDS,
    SqliteEventLogStorage,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool


class KeptEventLogStorage(SqliteEventLogStorage):
    """Dagster's `SqliteEventLogStorage`, same files and same rows, for one process that writes much.

    Dagster's own makes an engine, a connection and every statement anew for each event, and a run here writes
    some three thousand: a third of the time of a build. Commits are left to the write-ahead log (safe when
    the process dies; a power cut may lose the last events of the history, never data). One lock, as in
    Dagster's own: one thread at a time.
    """

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: dict[str, bool] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> KeptEventLogStorage:
        """As Dagster builds it from the name in its settings."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction on the kept connection of one file."""
        with self._db_lock:
            engine = self._engines.get(shard) or self._open(shard)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the index has this table; asked for each event, and no table comes or goes in a run."""
        if table_name not in self._tables:
            self._tables[table_name] = super().has_table(table_name)
        return self._tables[table_name]

    def _open(self, shard: str) -> Engine:
        """The engine of a file, made and initialised once."""
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        self._initdb(engine)
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("pragma synchronous = normal"))
        self._engines[shard] = engine
        return engine

    def dispose(self) -> None:
        """Close the kept connections; the last one of a file folds its log back."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()
