"""Writing the history of a run without waiting for the disk at every event.

Belongs here: how this process talks to the SQLite files of the Dagster instance during a run. Not here:
what is written. A run of this project writes some three thousand events, and the instance opens a
connection for each; by default each commit waits for the disk and each closing connection folds the
write-ahead log back into the file. Measured: half of the time of a demo. Here commits are left to the log
(safe when the process dies; a power cut may lose the last events of the history, never data), and one idle
connection per file keeps the log from being folded before the run ends.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def unhurried_history() -> Iterator[None]:
    """For the time of a run, relax how SQLite files opened through SQLAlchemy here are synchronised."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    held: dict[str, sqlite3.Connection] = {}

    def on_connect(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("pragma synchronous = normal")
        file = connection.execute("pragma database_list").fetchone()[2]
        if file and file not in held:
            held[file] = sqlite3.connect(file, check_same_thread=False)
        if file:
            # Reading makes the held connection take part in the write-ahead log, once there is one.
            held[file].execute("select 1 from sqlite_master limit 1").fetchone()

    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
        for connection in held.values():
            connection.close()
