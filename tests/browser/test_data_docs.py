"""The data docs in a real browser: they open from the disk, lead on, and ask nobody for anything."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from ingestion.config import IngestionConfig
from ingestion.contracts import load_contract
from ingestion.data_docs import build
from ingestion.expectations import rules_of
from tests.support.books import Books

FEED = "vetting__replies"


def test_the_pages_open_from_the_disk_alone(page: Page, tmp_path: Path, screenshots: Path) -> None:
    books = Books(tmp_path / "w.duckdb")
    books.batch("b1", read=812)
    for rule in rules_of(load_contract(FEED)):
        books.check("b1", rule.check_name, rule.column_name, 812, 12 if rule.check_name == "in_set" else 0)
    config = IngestionConfig(tmp_path / "w.duckdb", tmp_path / "v", "", "", tmp_path)
    made = build(config, tmp_path / "site", "kk")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(made.index.as_uri())
    expect(page.get_by_role("row", name=FEED)).to_contain_text("812")
    page.screenshot(path=screenshots / "data_docs_index.png")
    page.get_by_role("row", name=FEED).get_by_role("link").last.click()
    expect(page.get_by_text("12 unexpected values found").first).to_be_visible()
    page.screenshot(path=screenshots / "data_docs_results.png")
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name="platform__registrations", exact=True).click()
    expect(page.get_by_text("values must never be null").first).to_be_visible()
    assert asked and all(url.startswith("file:") for url in asked)
