"""What of the funnel needs a browser: a click on a bar chooses the people of the list below."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dashboards.i18n import load_texts
from tests.browser.conftest import Dashboards
from tests.support.fake_release import seed_rows

STAGES = {row["stage_code"]: row["name_en"] for row in seed_rows("stages")}


@pytest.mark.parametrize(("tab", "stage"), [("tracks", "text_test"), ("flow", "vetting")])
def test_a_click_on_a_bar_lists_its_people(page: Page, dashboards: Dashboards, tab: str, stage: str) -> None:
    texts = load_texts("en")
    page.goto(f"{dashboards.address}/funnel?lang=en&role=engineer")
    page.get_by_role("tab", name=texts(f"funnel.tab_{tab}")).click()
    chosen = page.get_by_role("combobox", name=texts("filter.stage"), exact=True)
    expect(chosen).to_have_value(STAGES["national_commission"], timeout=20_000)
    chart = page.locator('[data-testid="stVegaLiteChart"]').locator("canvas, svg").first
    expect(chart).to_be_visible()
    page.wait_for_timeout(1000)
    box = chart.bounding_box()
    assert box is not None
    # the chart is a picture: its rows are looked for from above
    for percent in range(10, 60, 3):
        page.mouse.click(box["x"] + box["width"] * 0.28, box["y"] + box["height"] * percent / 100)
        page.wait_for_timeout(700)
        if chosen.input_value() == STAGES[stage]:
            break
    expect(chosen).to_have_value(STAGES[stage])
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
