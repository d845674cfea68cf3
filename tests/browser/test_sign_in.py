"""Signing in through a real provider of identities, and what nobody gets without it.

The provider runs in the test's own process; the app is started as `rezerv dash` starts it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import oidc_provider_mock
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboards.i18n import load_texts
from orchestration.access.grants import Change, record
from orchestration.dash import SIGN_IN_NAME, app_command
from orchestration.settings import Settings, load_settings
from tests.browser.conftest import ROOT, free_port, wait_until_up

ANALYST, MEMBER, STRANGER, UNVERIFIED = (
    f"{name}@agency.example" for name in ("analyst", "member", "stranger", "unverified")
)
EN = load_texts("en")


@dataclass(frozen=True)
class App:
    """The running app, the settings of its home, and the provider's address."""

    address: str
    settings: Settings
    provider: str


@pytest.fixture(scope="module")
def app(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on the season that is made once, with a provider of identities and four people."""
    home = tmp_path_factory.mktemp("sign_in")
    settings = load_settings(
        {"REZERV_HOME": str(home), "REZERV_RELEASES_DIR": str(made / "releases")}, env_file=home / "no.env"
    )
    change = Change(ANALYST, "analyst", "C. Head", "order 1")
    record(settings, change)
    record(settings, replace(change, identity=UNVERIFIED))
    record(
        settings,
        replace(
            change,
            identity=MEMBER,
            role="commission_member",
            stage_code="expert_commission",
            track_code="agro",
        ),
    )
    users = [
        oidc_provider_mock.User(sub=who, claims={"email": who, "email_verified": who != UNVERIFIED})
        for who in (ANALYST, MEMBER, STRANGER, UNVERIFIED)
    ]
    with oidc_provider_mock.run_server_in_thread(port=0, user_claims=users) as server:
        provider = f"http://127.0.0.1:{server.server_port}"
        port = free_port()
        _write_sign_in(settings, provider, port)
        with _running(settings, port) as address:
            yield App(address, settings, provider)


def _write_sign_in(settings: Settings, provider: str, port: int) -> None:
    file = settings.access_dir / SIGN_IN_NAME
    file.write_text(
        f"""
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "{"c" * 40}"
client_id = "rezerv"
client_secret = "{"s" * 40}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
    )
    file.chmod(0o600)


@contextmanager
def _running(settings: Settings, port: int) -> Iterator[str]:
    command, told = app_command(settings, port, is_local=False)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REZERV_")}
    environment |= settings.child_environment() | told
    environment |= {"STREAMLIT_SERVER_HEADLESS": "true", "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    log = settings.access_dir / "app.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_up(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def session(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    context.set_default_timeout(20_000)
    yield context
    context.close()


def _sign_in(context: BrowserContext, app: App, who: str) -> Page:
    page = context.new_page()
    page.goto(f"{app.address}/?lang=en")
    page.get_by_role("button", name=EN("access.sign_in")).click()
    page.wait_for_url(f"{app.provider}/**")
    page.locator("input[name=sub]").fill(who)
    page.get_by_role("button", name="Authorize").first.click()
    page.wait_for_url(f"{app.address}/**")
    return page


def test_whoever_is_not_signed_in_reads_nothing_at_any_address(app: App, session: BrowserContext) -> None:
    page = session.new_page()
    received: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: received.append(str(data))))
    for path in (
        "",
        "funnel",
        "shortlist",
        "candidate",
        "proctoring",
        "nothing",
        "?role=engineer",
        "funnel?role=engineer",
    ):
        page.goto(f"{app.address}/{path}{'&' if '?' in path else '?'}lang=en")
        expect(page.get_by_role("button", name=EN("access.sign_in"))).to_be_visible()
        assert page.locator("table, [data-testid=stDataFrame], canvas").count() == 0, path
        assert page.get_by_test_id("stSidebarNavLink").count() == 0, path
    release = json.loads((app.settings.releases_dir / "CURRENT.json").read_text())["release_id"]
    assert received and not any(release in frame for frame in received)


def test_an_analyst_signs_in_and_reads_what_analysts_may(app: App, session: BrowserContext) -> None:
    page = _sign_in(session, app, ANALYST)
    expect(page.get_by_text(EN("access.signed_in", identity=ANALYST))).to_be_visible()
    expect(page.get_by_text(EN("access.local_short"))).to_have_count(0)
    page.goto(f"{app.address}/funnel?lang=en&role=engineer")
    expect(page.get_by_role("heading", name=EN("funnel.title"))).to_be_visible()
    expect(page.get_by_role("combobox", name=EN("access.role"))).to_have_count(0)


def test_a_second_session_of_another_browser_is_nobody(
    app: App, session: BrowserContext, browser: Browser
) -> None:
    _sign_in(session, app, ANALYST)
    other = browser.new_context()
    page = other.new_page()
    page.goto(f"{app.address}/funnel?lang=en")
    expect(page.get_by_role("button", name=EN("access.sign_in"))).to_be_visible()
    other.close()


def test_a_member_of_a_commission_reads_their_own_list_only(app: App, session: BrowserContext) -> None:
    page = _sign_in(session, app, MEMBER)
    expect(page.get_by_text(EN("access.signed_in", identity=MEMBER))).to_be_visible()
    for path in ("funnel", "vetting", "publications"):
        page.goto(f"{app.address}/{path}?lang=en&role=analyst")
        expect(page.get_by_role("heading", name=EN("funnel.title"))).to_have_count(0)
        expect(page.get_by_role("heading", name=EN("vetting.title"))).to_have_count(0)


def test_whoever_has_no_role_or_no_verified_address_is_told_so(app: App, browser: Browser) -> None:
    for who, message in (
        (STRANGER, EN("access.no_role", identity=STRANGER)),
        (UNVERIFIED, EN("access.not_verified")),
    ):
        context = browser.new_context()
        page = _sign_in(context, app, who)
        expect(page.get_by_role("heading", name=EN("access.no_access"))).to_be_visible()
        expect(page.get_by_text(message.replace("`", "").split(".")[0])).to_be_visible()
        assert page.locator("table, [data-testid=stDataFrame]").count() == 0
        context.close()


def test_a_role_that_was_taken_back_is_gone_at_the_next_page(app: App, session: BrowserContext) -> None:
    change = Change(STRANGER, "analyst", "C. Head", "order 2")
    record(app.settings, change)
    page = _sign_in(session, app, STRANGER)
    page.goto(f"{app.address}/funnel?lang=en")
    expect(page.get_by_role("heading", name=EN("funnel.title"))).to_be_visible()
    record(app.settings, replace(change, is_granted=False, reason="left"))
    page.goto(f"{app.address}/funnel?lang=en")
    expect(page.get_by_role("heading", name=EN("access.no_access"))).to_be_visible()


def test_signing_out_ends_it(app: App, session: BrowserContext) -> None:
    page = _sign_in(session, app, ANALYST)
    page.get_by_role("button", name=EN("access.sign_out")).click()
    page.get_by_role("button", name="End session").click()
    page.goto(f"{app.address}/funnel?lang=en")
    expect(page.get_by_role("button", name=EN("access.sign_in"))).to_be_visible()
