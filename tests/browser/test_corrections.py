"""What needs a browser on the pages of corrections and quality: approving, the graph, narrow screens."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboards import approvals
from dashboards.i18n import load_texts
from tests.browser.conftest import Dashboards, running_dashboards
from tests.support.corrections_release import write_example_preview, write_two_releases
from tests.unit.orchestration.conftest import make_settings


@pytest.fixture(scope="module")
def two(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    """The app on two releases, for publishers too, with a preview that waits."""
    folder = tmp_path_factory.mktemp("corrections") / "releases"
    write_two_releases(made, folder)
    (folder / "publisher").mkdir()
    for file in folder.glob("*.duckdb"):
        shutil.copyfile(file, folder / "publisher" / file.name)
    write_example_preview(
        make_settings(folder.parent / "home", REZERV_CORRECTIONS_DIR=str(folder / "corrections"))
    )
    with running_dashboards(folder, folder / "app.log") as running:
        yield running


def _open(page: Page, running: Dashboards, path: str, title: str) -> None:
    page.goto(f"{running.address}/{path}")
    expect(page.locator("h1")).to_have_text(title, timeout=30_000)
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)


def test_a_publisher_approves_what_is_shown(page: Page, two: Dashboards) -> None:
    texts = load_texts("kk")
    _open(
        page, two, "corrections?lang=kk&role=publisher&corrections_view=preview", texts("corrections.title")
    )
    page.get_by_label(texts("corrections.approve_reason")).fill("WG-2025-0042")
    page.get_by_role("button", name=texts("corrections.approve")).click()
    given_ones = page.get_by_role("region", name=texts("corrections.approval"), exact=True)
    expect(given_ones).to_contain_text("WG-2025-0042", timeout=20_000)
    expect(page.get_by_role("button", name=texts("corrections.approve"))).to_have_count(0)
    [given] = approvals.approvals(two.releases / "access")
    assert (given.reason, given.role) == ("WG-2025-0042", "publisher")


def test_the_lineage_is_drawn_without_asking_another_machine(page: Page, two: Dashboards) -> None:
    texts = load_texts("ru")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _open(page, two, "quality?lang=ru&role=engineer&quality_view=dictionary", texts("quality.title"))
    graph = page.locator('[data-testid="stGraphVizChart"] svg')
    expect(graph).to_contain_text("sel_stage_results", timeout=20_000)
    others = [url for url in asked if not re.match(rf"{re.escape(two.address)}|ws://127|data:|blob:", url)]
    assert others == []
    # a part is chosen, and stands in the address
    page.get_by_text(texts("quality.view_feeds"), exact=True).click()
    expect(page.get_by_role("heading", name=texts("quality.feeds"))).to_be_visible()
    assert "quality_view=feeds" in page.url


@pytest.mark.parametrize("path", ["corrections", "quality", "quality?quality_view=feeds"])
def test_nothing_is_wider_than_a_narrow_screen(page: Page, two: Dashboards, path: str) -> None:
    page.set_viewport_size({"width": 400, "height": 2600})
    name = path.split("?")[0]
    joined = "&" if "?" in path else "?"
    _open(page, two, f"{path}{joined}lang=kk&role=engineer", load_texts("kk")(f"{name}.title"))
    page.wait_for_timeout(500)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 400
