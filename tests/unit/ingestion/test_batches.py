"""Names of batches."""

from ingestion.batches import batch_id, content_hash


def test_the_same_bytes_of_a_feed_have_the_same_name() -> None:
    sha256 = content_hash(b"x")
    assert batch_id("a__b", sha256, 0) == batch_id("a__b", sha256, 0)
    assert batch_id("a__b", sha256, 0) != batch_id("a__c", sha256, 0)
    assert batch_id("a__b", sha256, 0) != batch_id("a__b", content_hash(b"y"), 0)


def test_coming_again_is_numbered() -> None:
    first = batch_id("a__b", "0", 0)
    assert [batch_id("a__b", "0", count) for count in (1, 2)] == [f"{first}-2", f"{first}-3"]
