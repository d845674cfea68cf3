"""The data docs asset: the pages of Great Expectations on what is expected and what came.

Belongs here: asking `ingestion/` to build the pages and saying where they are. Not here: the pages
(`ingestion/data_docs.py`), judging files (the landing assets). A job of its own builds them once a day: no
release waits for them.
"""

from typing import Any

import dagster as dg

from ingestion.contracts import feed_names
from orchestration.assets.landing import raw_key
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings

DATA_DOCS_KEY = dg.AssetKey(["landing", "data_docs"])


def data_docs_asset() -> dg.AssetsDefinition:
    """The pages in `<home>/data_docs`."""

    # It only reads the warehouse, but a reader and a writer do not open the file together.
    @dg.asset(
        key=DATA_DOCS_KEY,
        deps=[raw_key(feed) for feed in feed_names()],
        group_name="landing",
        kinds={"html"},
        pool=WRITER_POOL,
        description="Each feed's rules and how its newest file did, as static pages; counts only.",
    )
    def data_docs(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        from ingestion.data_docs import build

        made = build(settings.reading_config(), settings.home / "data_docs", settings.language)
        return dg.MaterializeResult(
            metadata={
                "index": dg.MetadataValue.path(made.index),
                "count_feeds": made.count_suites,
                "count_feeds_with_results": made.count_results,
                "left_out": ", ".join(made.left_out),
            }
        )

    return data_docs
