"""Every page as every role in every language, in a real browser: read, accessible, asking nobody outside.

Belongs here: what must hold of all pages. What a page shows is in tests/unit/dashboards/views.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from dashboards.access import COMMISSION_MEMBER, ROLES, Grant
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.pages import PAGES, pages_of
from orchestration.dash import app_command
from orchestration.settings import load_settings
from tests.browser.conftest import ROOT, free_port, wait_until_up

GRANTS = [
    *(Grant(role) for role in ROLES if role != COMMISSION_MEMBER),
    Grant(COMMISSION_MEMBER, "expert_commission", "agro"),
    Grant(COMMISSION_MEMBER, "national_commission"),
]
VISITS = [(grant, page.name) for grant in GRANTS for page in pages_of(grant)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
IDLE = "[data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def address(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app in its local mode, on the season that is made once."""
    home = tmp_path_factory.mktemp("roles")
    with running(made, home) as started:
        yield started


@contextmanager
def running(season: Path, home: Path) -> Iterator[str]:
    """Run the app on the releases of a season; what it writes goes below `home`."""
    settings = load_settings(
        {
            "REZERV_HOME": str(season),
            "REZERV_ACCESS_DIR": str(home / "access"),
            "REZERV_PROCTORING_DIR": str(home / "proctoring"),
        },
        env_file=home / "no.env",
    )
    port = free_port()
    command, told = app_command(settings, port, is_local=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REZERV_")}
    environment |= settings.child_environment() | told | {"STREAMLIT_SERVER_HEADLESS": "true"}
    log = home / "app.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            wait_until_up(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _open(page: Page, address: str, name: str, grant: Grant, language: str) -> list[str]:
    """Open a page and wait until it is whole; return the addresses outside that it asked for."""
    outside: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            outside.append(request.url)

    page.on("request", note)
    page.goto(f"{address}/{name}?lang={language}&role={grant.code}")
    expect(page.locator("h1")).to_be_visible(timeout=30_000)
    page.wait_for_selector(IDLE, timeout=60_000, state="attached")
    return outside


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("grant", "name"), VISITS, ids=[f"{grant.code}-{name}" for grant, name in VISITS])
def test_a_page_of_a_role(
    page: Page, address: str, screenshots: Path, grant: Grant, name: str, language: str
) -> None:
    """It opens without an error, keeps its address, asks nobody outside, and is accessible (WCAG 2.1 AA)."""
    outside = _open(page, address, name, grant, language)
    page.wait_for_timeout(400)
    texts = load_texts(language)
    page.screenshot(path=screenshots / f"{grant.code}_{name}_{language}.png", full_page=True)
    assert page.get_by_test_id("stException").count() == 0
    refused = {texts("error.tables_missing.title"), texts("error.audience_missing.title"),
               texts("error.release_unreadable.title"), texts("access.other_role")}  # fmt: skip
    assert page.locator("h1").first.inner_text().strip() not in refused
    assert page.get_by_text("Page not found").count() == 0
    assert outside == []
    own = page.get_by_label(re.compile("^Download as CSV")).locator("visible=true")
    assert own.count() == 0, "a file past the access log"
    assert page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth") <= 1
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


@pytest.mark.parametrize("grant", GRANTS, ids=[grant.code for grant in GRANTS])
def test_a_page_of_another_role_says_so(page: Page, address: str, grant: Grant) -> None:
    others = [one.name for one in PAGES if one not in pages_of(grant)]
    for name in others[:2]:
        _open(page, address, name, grant, "kk")
        expect(page.locator("h1")).to_have_text(load_texts("kk")("access.other_role"))
    for link in page.get_by_test_id("stSidebarNavLink").all():
        assert not re.search(rf"/({'|'.join(others)})(\?|$)", str(link.get_attribute("href")))


@pytest.mark.parametrize("name", sorted({name for _, name in VISITS}))
def test_a_narrow_screen_is_not_wider_than_itself(
    page: Page, address: str, screenshots: Path, name: str
) -> None:
    grant = next(grant for grant, one in VISITS if one == name)
    page.set_viewport_size({"width": 400, "height": 1600})
    _open(page, address, name, grant, "kk")
    page.wait_for_timeout(400)
    page.screenshot(path=screenshots / f"{name}_narrow.png", full_page=True)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 401
