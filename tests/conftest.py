"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def compiled_project(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> object:
    """The dbt project compiled once for all test processes."""
    from filelock import FileLock

    from tests.support.season import compile_project, restored, saved

    base = tmp_path_factory.getbasetemp()
    shared: Path = base if worker_id == "master" else base.parent
    held = shared / "compiled_project.json"
    with FileLock(shared / "compiled_project.lock"):
        if not held.exists():
            saved(compile_project(shared / "compiled_project"), held)
    return restored(held)


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """A PostgreSQL server of this test process; tests that use it share the xdist group `postgres`."""
    from tests.support.postgres import running_server

    with running_server() as server:
        yield server
