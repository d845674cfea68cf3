"""What several integration tests share: a season made once."""

from __future__ import annotations

import pytest

from tests.support.home import Home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A season of 220 accounts after `rezerv demo`; its tests are of one xdist group, so it is made once."""
    made = Home(tmp_path_factory.mktemp("season") / "data")
    done = made.rezerv("demo", "--size", "220", "--seed", "3")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (made.path / "demo-output.txt").write_text(done.stdout)
    return made
