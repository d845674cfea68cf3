"""A real browser on the running dashboards: Debian's `chromium`, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.fake_release import write_pointer, write_release

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Dashboards:
    """A running app: its address, and the folder whose pointer it follows."""

    address: str
    releases: Path


@contextmanager
def running_dashboards(releases: Path, log: Path) -> Iterator[Dashboards]:
    """Run the app on a free port, following `releases`, until the block ends."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REZERV_")}
    told = {
        "REZERV_RELEASES_DIR": str(releases),
        "REZERV_ACCESS_DIR": str(releases / "access"),
        "REZERV_CORRECTIONS_DIR": str(releases / "corrections"),
        "REZERV_DASH_LOCAL": "1",
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "dashboards/app.py",
             "--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(port)],
            cwd=ROOT, env=environment | told, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_up(address, process, log)
            yield Dashboards(address, releases)
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_up(
    address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = START_SECONDS
) -> None:
    """Wait until the app answers; fails with the end of its log where it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the dashboards did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("The browser tests need Debian's chromium: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 2600})
    page.set_default_timeout(20_000)
    yield page
    page.close()


@pytest.fixture(scope="session")
def dashboards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    """The app on a whole made-up season."""
    folder = tmp_path_factory.mktemp("browser_releases")
    write_pointer(folder, write_release(folder, "2025-r0042"))
    with running_dashboards(folder, folder / "app.log") as dashboards:
        yield dashboards


@pytest.fixture
def empty_dashboards(tmp_path: Path) -> Iterator[Dashboards]:
    """The app before the first release."""
    with running_dashboards(tmp_path / "releases", tmp_path / "app.log") as dashboards:
        yield dashboards


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests leave pictures of the pages; REZERV_SCREENSHOTS names a folder to keep them."""
    kept = os.environ.get("REZERV_SCREENSHOTS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
