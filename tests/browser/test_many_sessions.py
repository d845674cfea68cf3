"""Many readers at once while releases are published under them: no page fails, and each shows one release."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from dashboards.pages import PAGES
from orchestration.audiences import write_audiences
from tests.browser.test_pages_of_roles import running
from tests.support.app_client import Run, Session

READERS, RELEASES = 6, 2


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A home with a copy of the season's releases, to which more are published."""
    shutil.copytree(made / "releases", tmp_path / "home" / "releases")
    return tmp_path / "home"


@pytest.fixture
def address(home: Path, tmp_path: Path) -> Iterator[str]:
    with running(home, tmp_path) as started:
        yield started


def _publish_another(releases: Path, number: int) -> None:
    """The same season under another name, with the pointer moved in one step."""
    pointer = json.loads((releases / "CURRENT.json").read_text())
    file = releases / f"again-{number}.duckdb"
    shutil.copyfile(releases / pointer["file"], file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("update release.manifest set release_id = ?", [file.stem])
    write_audiences(file)
    draft = releases / "CURRENT.json.tmp"
    draft.write_text(json.dumps({**pointer, "file": file.name, "release_id": file.stem}))
    draft.replace(releases / "CURRENT.json")


async def _read(address: str, number: int, is_over: asyncio.Event, runs: list[Run]) -> None:
    roles = ("analyst", "publisher", "engineer", "vetting_officer")
    async with Session(address, roles[number % len(roles)]) as session:
        runs.append(await session.open())
        while True:
            for page in list(session.pages):
                runs.append(await session.open(page))
            if is_over.is_set():
                return


async def _season(address: str, releases: Path) -> list[Run]:
    runs: list[Run] = []
    is_over = asyncio.Event()
    readers = [asyncio.create_task(_read(address, number, is_over, runs)) for number in range(READERS)]
    for number in range(RELEASES):
        await asyncio.to_thread(_publish_another, releases, number)
    is_over.set()
    await asyncio.gather(*readers)
    return runs


def test_publishing_while_people_read_fails_no_page(home: Path, address: str) -> None:
    # in a thread of its own: a browser that other tests opened keeps a loop running in this one
    with ThreadPoolExecutor(1) as thread:
        runs = thread.submit(lambda: asyncio.run(_season(address, home / "releases"))).result()
    assert [run.errors for run in runs if run.errors] == []
    assert len(runs) > READERS * len(PAGES) / 2 and all(run.title for run in runs)
