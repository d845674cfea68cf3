"""Local and universal time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ingestion import clock
from ingestion.errors import RezervError


def test_local_zone_is_utc_plus_5_in_the_season() -> None:
    assert clock.local_zone().utcoffset(datetime(2025, 6, 30, 23, 59)) == timedelta(hours=5)
    assert clock.local_offset() == timedelta(hours=5)


def test_local_zone_does_not_read_the_tables_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    import zoneinfo

    clock.local_zone.cache_clear()
    monkeypatch.setattr(zoneinfo, "TZPATH", ("/nowhere",))
    assert clock.local_to_utc(datetime(2025, 6, 30, 23, 59)) == datetime(2025, 6, 30, 18, 59)


def test_zone_data_with_another_offset_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.local_zone.cache_clear()
    monkeypatch.setattr(clock, "_EXPECTED_OFFSET", timedelta(hours=6))
    with pytest.raises(RezervError) as caught:
        clock.local_zone()
    assert caught.value.message_key == "zone_data_wrong"
    clock.local_zone.cache_clear()


def test_as_utc_takes_naive_moments_for_utc() -> None:
    assert clock.as_utc(datetime(2025, 6, 1)) == datetime(2025, 6, 1)
    assert clock.as_utc(datetime(2025, 6, 1, tzinfo=timezone(timedelta(hours=5)))) == datetime(
        2025, 5, 31, 19
    )
    assert clock.as_utc(datetime(2025, 6, 1, tzinfo=UTC)).tzinfo is None


def test_folder_stamp_is_local() -> None:
    assert clock.folder_stamp_to_utc("2025-06-30T235959") == datetime(2025, 6, 30, 18, 59, 59)


@pytest.mark.parametrize(
    "name", ["", "incoming", "2025-06-31T000000", "2025-6-30T235959", "2025-06-30T23595", "2025-06-30"]
)
def test_other_folder_names_are_no_stamp(name: str) -> None:
    assert clock.folder_stamp_to_utc(name) is None
