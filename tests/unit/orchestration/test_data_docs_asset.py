"""The data docs as an asset: built from the books, and said where."""

from __future__ import annotations

import dagster as dg

from orchestration.assets.data_docs import DATA_DOCS_KEY, data_docs_asset
from orchestration.settings import Settings
from tests.support.books import Books


def test_the_asset_builds_the_pages_of_the_home(settings: Settings) -> None:
    books = Books(settings.warehouse)
    books.batch("b1")
    books.check("b1", "not_null", "reply_no", 10, 0)
    done = dg.materialize([data_docs_asset()], resources={"settings": settings})
    (made,) = done.asset_materializations_for_node("landing__data_docs")
    assert made.asset_key == DATA_DOCS_KEY
    assert made.metadata["count_feeds_with_results"].value == 1
    assert (settings.home / "data_docs" / "index.html").is_file()
