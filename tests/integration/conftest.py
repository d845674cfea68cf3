"""What several integration tests share: a season made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.home import Home


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The home of a season of 220 accounts after `rezerv demo`: once for all processes, changed by nobody."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "season"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            season = Home(folder.with_name("season in the making"))
            done = season.rezerv("demo", "--size", "220", "--seed", "3")
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            (season.path / "demo-output.txt").write_text(done.stdout)
            (season.path / "demo-errors.txt").write_text(done.stderr)
            season.path.rename(folder)
    return folder


@pytest.fixture(scope="module")
def home(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of that season for the tests of one file, which may change it in the order they stand."""
    copied = Home(tmp_path_factory.mktemp("season") / "data")
    shutil.copytree(made, copied.path)
    for name in ("demo-output.txt", "demo-errors.txt"):
        copied.printed.append((copied.path / name).read_text())
    return copied
