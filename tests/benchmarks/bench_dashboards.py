"""The dashboards under load and in a browser: first page, changes of a filter, fifty sessions at once.

Run: `.venv/bin/python -m tests.benchmarks.bench_dashboards [HOME] [--sessions 50] [--million]`, for example
the home of `rezerv demo`. The app is started as `rezerv dash --local` starts it. A browser (Debian's
Chromium) opens each page cold and changes a filter; then so many sessions at once, each over the app's own
socket, open all pages of their role and change filters, one after another without a pause. Compared with the
bare query of the funnel on the same file. `--million` does it on a release whose people are repeated until
they are a million. Results are kept in docs/performance.md. Not a test.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from playwright.sync_api import sync_playwright

from dashboards.pages import PAGES
from orchestration.dash import app_command
from orchestration.releases import current_release
from orchestration.settings import Settings, load_settings
from tests.browser.conftest import CHROMIUM_FLAGS, ROOT, free_port, wait_until_up
from tests.support.app_client import Run, Session
from tests.support.million import multiplied

MILLION = 1_000_000
ROLES = ("analyst", "publisher", "engineer", "vetting_officer")
CHANGES = 5
_WHOLE = "document.querySelector('[data-test-script-state=notRunning]') && document.querySelector('h1')"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, nargs="?", default=Path("data"))
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--million", action="store_true")
    asked = parser.parse_args()
    settings = load_settings({"REZERV_HOME": str(asked.home.resolve())})
    with tempfile.TemporaryDirectory() as scratch:
        told = {"REZERV_ACCESS_DIR": f"{scratch}/access"}
        if asked.million:
            count = current_count(settings.releases_dir)
            folder = Path(scratch) / "releases"
            multiplied(settings.releases_dir, folder, -(-MILLION // count))
            told["REZERV_RELEASES_DIR"] = str(folder)
        settings = load_settings({"REZERV_HOME": str(asked.home.resolve()), **told})
        bare = bare_seconds(settings.releases_dir)
        count = current_count(settings.releases_dir)
        write(f"{count:,} candidates; the funnel's bare query {bare * 1000:.1f} ms")
        with running(settings) as (address, process):
            in_browser(address)
            runs = asyncio.run(at_once(address, asked.sessions))
            report(runs, asked.sessions)
            write(f"memory of the app {resident_mib(process.pid):.0f} MiB")


def in_browser(address: str) -> None:
    """Open every page of an analyst in a new browser session, and change a filter of the funnel."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        times: dict[str, list[float]] = defaultdict(list)
        for turn in range(4):
            for one in (page for page in PAGES if "analyst" in page.roles):
                context = browser.new_context(viewport={"width": 1280, "height": 1600})
                page = context.new_page()
                started = time.perf_counter()
                page.goto(f"{address}/{one.name}?lang=en&role=analyst")
                page.wait_for_selector("h1")
                readable = time.perf_counter() - started
                page.wait_for_function(_WHOLE)
                name = "the very first" if turn == 0 and not times else one.name
                times[name].append(readable)
                times[f"{name}, whole"].append(time.perf_counter() - started)
                if one.name == "funnel":
                    times["a filter of the funnel"] += filter_changes(page)
                context.close()
        browser.close()
    for name, seconds in times.items():
        write(f"browser: {name:28} median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s")


def filter_changes(page: object) -> list[float]:
    """Choose one sex after another and wait for the first figure to change."""
    seconds = []
    for _ in range(3):
        first = page.locator(".rz-figure strong").first.inner_text()  # type: ignore[attr-defined]
        page.get_by_role("combobox", name="Sex").click()  # type: ignore[attr-defined]
        option = page.get_by_role("option").last  # type: ignore[attr-defined]
        started = time.perf_counter()
        option.click()
        page.wait_for_function(  # type: ignore[attr-defined]
            "before => document.querySelector('.rz-figure strong').innerText !== before", arg=first
        )
        page.wait_for_function(_WHOLE)  # type: ignore[attr-defined]
        seconds.append(time.perf_counter() - started)
        page.keyboard.press("Backspace")  # type: ignore[attr-defined]
        page.wait_for_function(  # type: ignore[attr-defined]
            "before => document.querySelector('.rz-figure strong').innerText === before", arg=first
        )
        page.keyboard.press("Escape")  # type: ignore[attr-defined]
    return seconds


async def at_once(address: str, sessions: int) -> dict[str, list[Run]]:
    """Let so many sessions read at once; return their runs by what was done."""
    runs: dict[str, list[Run]] = defaultdict(list)
    await asyncio.gather(*(one_reader(address, number, runs) for number in range(sessions)))
    return runs


async def one_reader(address: str, number: int, runs: dict[str, list[Run]]) -> None:
    """Open all pages of a role, and change the first list of several of each that has one."""
    role = ROLES[number % len(ROLES)]
    async with Session(address, role, ("kk", "ru", "en")[number % 3]) as session:
        runs["first page"].append(await session.open())
        for page in list(session.pages):
            session.choices.clear()
            runs["another page"].append(await session.open(page))
            for label in list(session.choices)[:1]:
                for change in range(CHANGES):
                    runs["a filter"].append(await session.choose(label, number + change))


def report(runs: dict[str, list[Run]], sessions: int) -> None:
    """Print percentiles and whatever went wrong."""
    for name, found in runs.items():
        seconds = sorted(run.seconds for run in found)
        p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
        write(
            f"{sessions} sessions: {name:14} {len(found):5} runs, median {statistics.median(seconds):.2f} s,"
            f" 95 % {p95:.2f} s, most {seconds[-1]:.2f} s,"
            f" {statistics.median(run.count_bytes for run in found) / 1024:.0f} KiB"
        )
    errors = [error for found in runs.values() for run in found for error in run.errors]
    write(f"{sessions} sessions: errors {len(errors)}")
    for error in sorted(set(errors)):
        write(f"  {errors.count(error)} x {error[:200]}")


def bare_seconds(releases: Path) -> float:
    """The shortest of several runs of the sum that the funnel shows, by hand on the file."""
    with duckdb.connect(str(release_file(releases)), read_only=True) as connection:
        return min(
            timed(
                lambda: connection.execute(
                    "select stage_code, track_code, sum(count_entered), sum(count_admitted)"
                    " from reporting.rpt_funnel where sex_code = 'female' group by all"
                ).fetchall()
            )
            for _ in range(10)
        )


def release_file(releases: Path) -> Path:
    """The file of the release in force."""
    current = current_release(releases)
    if current is None:
        raise SystemExit(f"no release in {releases}: run `rezerv demo` first")
    return current.file


def current_count(releases: Path) -> int:
    """How many candidates the release counts."""
    with duckdb.connect(str(release_file(releases)), read_only=True) as connection:
        return int(connection.execute("select count(*) from core.dim_candidates").fetchall()[0][0])


@contextmanager
def running(settings: Settings) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The app on a free port."""
    port = free_port()
    command, told = app_command(settings, port, is_local=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REZERV_")}
    environment |= settings.child_environment() | told | {"STREAMLIT_SERVER_HEADLESS": "true"}
    settings.access_dir.mkdir(parents=True, exist_ok=True)
    log = settings.access_dir / "app.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            wait_until_up(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(timeout=20)


def resident_mib(process: int) -> float:
    """Memory of a process."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def timed(work: object) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def write(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
