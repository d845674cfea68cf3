"""What only a browser shows of the pages of tests and of marking: charts are drawn, a link opens a part."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboards.i18n import load_texts
from tests.browser.conftest import Dashboards, running_dashboards

EN = load_texts("en")
WAIT = 30_000


@pytest.fixture(scope="module")
def season(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    """The app on the small real season."""
    releases = tmp_path_factory.mktemp("measured_releases")
    pointer = json.loads((made / "releases" / "CURRENT.json").read_text())
    os.link(made / "releases" / pointer["file"], releases / pointer["file"])
    shutil.copy(made / "releases" / "CURRENT.json", releases)
    with running_dashboards(releases, releases / "app.log") as dashboards:
        yield dashboards


def test_a_link_opens_the_part_and_its_charts_are_drawn(page: Page, season: Dashboards) -> None:
    page.goto(f"{season.address}/tests?role=engineer&lang=en&tests_part=items")
    expect(page.get_by_role("heading", name=EN("tests.one_item_title"))).to_be_visible(timeout=WAIT)
    # one for all items, one for the options of an item
    expect(
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    ).to_have_count(2)
    page.get_by_role("radio", name=EN("tests.part_scores"), exact=True).click()
    expect(page.get_by_role("region", name=EN("tests.part_scores"))).to_be_visible(timeout=WAIT)
    assert "tests_part" not in page.url


def test_the_pages_fit_a_narrow_screen(page: Page, season: Dashboards) -> None:
    page.set_viewport_size({"width": 420, "height": 1600})
    for name, part in (("tests", "scores"), ("marking", "progress")):
        page.goto(f"{season.address}/{name}?role=engineer&lang=en&{name}_part={part}")
        expect(page.get_by_role("region", name=EN(f"{name}.part_{part}"))).to_be_visible(timeout=WAIT)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0
