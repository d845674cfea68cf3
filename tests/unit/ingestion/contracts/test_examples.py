"""Example rows keep their contracts, in every format."""

import pytest

from ingestion.contracts import feed_names
from tests.unit.ingestion.deliveries import failed_checks, inspected, rows_of


@pytest.mark.parametrize("feed", feed_names())
def test_examples_pass_the_door(feed: str) -> None:
    inspection = inspected(feed, rows_of(feed))
    assert inspection.count_accepted == 3
    assert failed_checks(inspection) == {}


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "xlsx", "parquet"])
@pytest.mark.parametrize("feed", ["platform__registrations", "platform__sittings", "proctoring__signals"])
def test_every_format_says_the_same(feed: str, file_format: str) -> None:
    agreed, other = inspected(feed, rows_of(feed)), inspected(feed, rows_of(feed), file_format)
    assert agreed.accepted is not None and other.accepted is not None
    assert other.accepted.equals(agreed.accepted)
    assert set(failed_checks(other)) <= {("agreed_format", None)}
