"""Names of batches."""

import pytest

from ingestion.batches import batch_id, mended_batch


def test_the_same_bytes_of_a_feed_have_the_same_name() -> None:
    sha256 = "0" * 64
    assert batch_id("a__b", sha256, 0) == batch_id("a__b", sha256, 0)
    assert batch_id("a__b", sha256, 0) != batch_id("a__c", sha256, 0)
    assert batch_id("a__b", sha256, 0) != batch_id("a__b", "1" * 64, 0)


def test_coming_again_is_numbered() -> None:
    first = batch_id("a__b", "0", 0)
    assert [batch_id("a__b", "0", count) for count in (1, 2)] == [f"{first}-2", f"{first}-3"]


@pytest.mark.parametrize(
    ("name", "batch"),
    [
        ("2025-06-16T180000/vetting__replies__mends-0123456789abcdef.xlsx", "0123456789abcdef"),
        ("vetting__replies__ACS-2025-01__mends-0123456789abcdef-2.xlsx", "0123456789abcdef-2"),
        ("vetting__replies__mends-0123456789abcdef__again.csv.gz", "0123456789abcdef"),
        ("vetting__replies__mends-0123.xlsx", None),
        ("2025__mends-0123456789abcdef.x/vetting__replies.xlsx", None),
        ("vetting__replies__ACS-2025-01.xlsx", None),
    ],
)
def test_a_file_says_by_its_name_what_it_mends(name: str, batch: str | None) -> None:
    assert mended_batch(name) == batch
