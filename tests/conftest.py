"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

#: The module that was started, of pytest or of its worker.
MAIN = sys.modules["__main__"]

#: Folders of fixtures that live as long as the process: other files of tests read them too.
OF_ALL_FILES = {
    "browser_releases0",
    "compiled_project",
    "definitions0",
    "early_releases0",
    "releases0",
    "screenshots0",
    "season",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long` runs the tests marked `long` too."""
    parser.addoption("--long", action="store_true", help="run the tests that take longest too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests marked `long`: each only repeats a shorter one at more seeds, sizes or weeks."""
    if config.getoption("--long"):
        return
    chosen = [item for item in items if item.get_closest_marker("long") is None]
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
    items[:] = chosen


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """Put back the main module, from which new processes start: Streamlit's test runner leaves its script."""
    sys.modules["__main__"] = MAIN
    yield
    sys.modules["__main__"] = MAIN


@pytest.fixture(scope="module", autouse=True)
def _folders_of_one_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove what the tests of a file wrote once they are through: together it fills a disk."""
    base = tmp_path_factory.getbasetemp()
    before = set(base.iterdir())
    yield
    for folder in set(base.iterdir()) - before:
        if folder.is_dir() and folder.name not in OF_ALL_FILES:
            shutil.rmtree(folder, ignore_errors=True)


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
def made(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The home of a season of 220 accounts after `rezerv demo`: once for all processes, changed by nobody.

    REZERV_TEST_SEASON names a folder that keeps it from one run of the tests to the next, for whoever works
    on a page; it is as old as the code that made it.
    """
    from filelock import FileLock

    from tests.support.home import Home

    base = tmp_path_factory.getbasetemp()
    kept = os.environ.get("REZERV_TEST_SEASON")
    folder = Path(kept) if kept else (base if worker_id == "master" else base.parent) / "season"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            season = Home(folder.with_name("season in the making"))
            done = season.rezerv("demo", "--size", "220", "--seed", "3")
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            (season.path / "demo-output.txt").write_text(done.stdout)
            (season.path / "demo-errors.txt").write_text(done.stderr)
            season.path.rename(folder)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[object]:
    """A PostgreSQL server of this test process."""
    from tests.support.postgres import running_server

    with running_server() as server:
        yield server
