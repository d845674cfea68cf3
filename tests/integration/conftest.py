"""What several integration tests share: a copy of the season that is made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.home import Home


@pytest.fixture(scope="module")
def home(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of that season for the tests of one file, which may change it in the order they stand."""
    copied = Home(tmp_path_factory.mktemp("season") / "data")
    shutil.copytree(made, copied.path)
    for name in ("demo-output.txt", "demo-errors.txt"):
        copied.printed.append((copied.path / name).read_text())
    return copied
