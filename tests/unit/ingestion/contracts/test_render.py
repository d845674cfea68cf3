"""The feeds' pages: current, and true to what the door accepts."""

from pathlib import Path

import pytest

from ingestion.contracts import feed_names, load_contract
from ingestion.contracts.render import DOCS_DIR, render_all, write_pages


def test_pages_are_current() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in DOCS_DIR.glob("*.md")}
    assert committed == render_all(), "run: python -m ingestion.contracts.render"


@pytest.mark.parametrize("feed", feed_names())
def test_a_page_names_everything_that_a_sender_needs(feed: str) -> None:
    contract, page = load_contract(feed), render_all()[f"{feed}.md"]
    assert f"`{feed}.{contract.file_format}`" in page
    for column in contract.columns:
        assert f"| `{column.name}` |" in page
        assert all(f"`{code}`" in page for code in column.valid_values)


def test_a_page_tells_what_is_computed_at_the_door() -> None:
    pages = render_all()
    people = pages["platform__registrations.md"]
    assert "| `age_years` | `birth_on`, `submitted_at`, `registered_at` |" in people
    assert "nowhere else; further on a person is a `person_key`." in people
    papers = pages["platform__documents.md"]
    assert "`document_number`: kept in the encrypted vault and nowhere else." in papers


def test_pages_of_former_feeds_are_removed(tmp_path: Path) -> None:
    (tmp_path / "former__feed.md").write_text("x")
    write_pages(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(render_all())
