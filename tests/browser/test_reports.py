"""A report's page in a real browser: on a telephone, and printed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from orchestration.layout.rendering import write_document
from tests.unit.orchestration.layout import sample

LANGUAGES = ("kk", "ru", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_fits_a_telephone(page: Page, tmp_path: Path, language: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    file = write_document(sample.document(language), tmp_path / "report.html")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    charts = page.locator("figure svg")
    assert charts.count() == len(sample.charts())
    assert all(
        0 < box["width"] <= 390 for box in [charts.nth(n).bounding_box() or {} for n in range(charts.count())]
    )
    assert page.locator("html").get_attribute("lang") == language
    assert said == []


def test_a_printed_page_has_its_number_and_its_header(page: Page, tmp_path: Path) -> None:
    page.goto(write_document(sample.document("en"), tmp_path / "report.html").as_uri())
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages]
    assert len(pages) > 3
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "2025 · v1" in text
    with_rows = [text for text in pages if "Region 50 " in text or "Region 100 " in text]
    assert with_rows and all("Entered" in text for text in with_rows)
