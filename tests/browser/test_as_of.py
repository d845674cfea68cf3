"""`rezerv dash --as-of` in a real browser: the command as people give it, the season as it was known."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from dashboards.i18n import load_texts
from orchestration.settings import Settings, load_settings
from tests.browser.conftest import ROOT, free_port, wait_until_up
from tests.support.scratch_season import land_season, write_landing
from tests.support.season import CompiledProject

# Local time: three lists are published, the numeric test is not.
MOMENT = "2025-08-14T12:00"
FOLDER = "20250814T070000Z"
# The season is computed and asked every claim before the dashboards start.
COMPUTING_SECONDS = 300
SECRETS = {"REZERV_VAULT_KEY": "k" * 32, "REZERV_PERSON_SECRET": "s" * 32}


@pytest.fixture(scope="module")
def season(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The home of a whole season that has landed and has no release."""
    home = tmp_path_factory.mktemp("dash_as_of")
    landing = write_landing(home / "landing")
    variables = {"REZERV_HOME": str(home), "REZERV_LANDING_DIR": str(landing), **SECRETS}
    settings = load_settings(variables, env_file=home / "no.env")
    settings.make_folders()
    land_season(settings, compiled_project)
    return settings


@pytest.fixture
def address(season: Settings) -> Iterator[str]:
    """The dashboards as the command opens them."""
    port, log = free_port(), season.home / "dash.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REZERV_")}
    environment = kept | SECRETS | {
        "REZERV_HOME": str(season.home), "REZERV_LANDING_DIR": str(season.landing_dir),
        "STREAMLIT_SERVER_HEADLESS": "true", "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
    }  # fmt: skip
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "dash", "--local", "--as-of", MOMENT,
             "--port", str(port)],
            cwd=ROOT, env=environment, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            wait_until_up(f"http://127.0.0.1:{port}", process, log, COMPUTING_SECONDS)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_the_season_of_a_moment_is_opened(
    page: Page, address: str, season: Settings, screenshots: Path
) -> None:
    texts = load_texts("en")
    page.goto(f"{address}/funnel?lang=en")
    expect(page.locator(".rz-release")).to_contain_text("14 Aug 2025, 12:00", timeout=60_000)
    rows = page.locator(".rz-table tbody tr.group")
    expect(rows).to_have_count(9, timeout=60_000)
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / "as_of.png")
    states = [text.splitlines()[0] for text in rows.locator("td:last-child").all_inner_texts()]
    provisional, coming = texts("standing.provisional"), texts("standing.unpublished")
    assert states == [f"~ {provisional}"] * 3 + [f"… {coming}"] * 6
    [file] = (season.home / "as_of" / FOLDER).glob("*.duckdb")
    with duckdb.connect(str(file), read_only=True) as connection:
        [(accounts,)] = connection.execute("select count(*) from core.dim_candidates").fetchall()
    expect(page.locator(".rz-figure strong").first).to_have_text(str(accounts))
    assert not list(season.releases_dir.glob("*.duckdb"))
    page.goto(f"{address}/publications?lang=kk")
    expect(page.get_by_text(load_texts("kk")("publications.nothing_published"))).to_be_visible(timeout=60_000)
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
