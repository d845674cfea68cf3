"""What needs a browser on the pages of shortlists and candidates: links between them, keys of cards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from dashboards.i18n import load_texts
from tests.browser.conftest import Dashboards, running_dashboards
from tests.support.audiences import current_file
from tests.support.fake_release import write_pointer


@pytest.fixture(scope="module")
def of_a_season(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    """The app on the release of a real small season."""
    folder = tmp_path_factory.mktemp("candidates")
    source = current_file(made / "releases")
    write_pointer(folder, Path(shutil.copyfile(source, folder / source.name)))
    with running_dashboards(folder, folder / "app.log") as dashboards:
        yield dashboards


def _numbers(dashboards: Dashboards, sql: str) -> list[str]:
    with duckdb.connect(str(current_file(dashboards.releases)), read_only=True) as connection:
        return [number for (number,) in connection.execute(sql).fetchall()]


def test_a_number_of_a_shortlist_leads_to_the_candidates_path(page: Page, of_a_season: Dashboards) -> None:
    texts = load_texts("ru")
    first, *_ = _numbers(
        of_a_season,
        "select candidate_no from reporting.rpt_shortlists where stage_code = 'situational'"
        " and track_code = 'social' order by display_order",
    )
    place = "shortlist_stage=situational&shortlist_track=social&shortlist_view=all"
    page.goto(f"{of_a_season.address}/shortlist?lang=ru&role=engineer&{place}")
    page.get_by_role("link", name=first).click()
    expect(page.locator("h1")).to_have_text(texts("candidate.title"), timeout=20_000)
    expect(page.get_by_role("textbox", name=texts("column.candidate_no"))).to_have_value(first)
    expect(page.get_by_text(texts("candidate.steps"))).to_be_visible(timeout=20_000)
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
    lines = (of_a_season.releases / "access" / "access_log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(json.loads(line)["action"], json.loads(line)["candidate_no"]) for line in lines] == [
        ("candidate", first)
    ]


def _shows_card(page: Page, number: str) -> None:
    """Wait for the card of a candidate, and until the app rests: keys pressed before that go nowhere."""
    expect(page.locator("h3").last).to_have_text(number, timeout=20_000)
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute("data-test-script-state", "notRunning")


def test_arrow_keys_turn_the_cards_of_a_commission(page: Page, of_a_season: Dashboards) -> None:
    numbers = _numbers(
        of_a_season,
        "select candidate_no from reporting.rpt_commission_lists where stage_code = 'national_commission'"
        " and track_code = 'social' and list_part_code = 'on_list' order by display_order",
    )
    place = "shortlist_room=commissions&commission_stage=national_commission&commission_view=cards"
    page.goto(f"{of_a_season.address}/shortlist?lang=kk&role=engineer&{place}")
    _shows_card(page, numbers[0])
    page.wait_for_timeout(1_500)  # the address is put in order first, and the page drawn once more
    for number in numbers[1:3]:
        page.keyboard.press("ArrowRight")
        _shows_card(page, number)
    page.keyboard.press("ArrowLeft")
    _shows_card(page, numbers[1])
    assert f"card={numbers[1]}" in page.url
