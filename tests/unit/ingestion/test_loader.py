"""Landing: from files to raw rows, once each, whatever happens in between."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion import loader, raw_store
from ingestion.batches import Acceptance, BatchResult
from ingestion.config import IngestionConfig
from ingestion.contracts import feed_names, load_contract
from ingestion.errors import RetryableError, RezervError
from ingestion.landing_folder import kept
from ingestion.loader import (
    close_quarantine,
    ensure_raw_tables,
    folder_problems,
    land_files,
    pending_file,
    pending_files,
    record_problems,
)
from ingestion.vault import open_vault, person_key
from tests.unit.ingestion.deliveries import AFTERWARDS, deliver, rows_of

REGISTRATIONS = "platform__registrations"
SITTINGS = "platform__sittings"


def land(config: IngestionConfig) -> list[BatchResult]:
    return land_files(config, pending_files(config), AFTERWARDS)


def query(config: IngestionConfig, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(config.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def vault_rows(config: IngestionConfig, sql: str) -> list[tuple[Any, ...]]:
    with open_vault(config.vault, config.vault_key, config.person_secret) as vault:
        return vault.rows(sql)


def test_rows_land_with_their_batch(config: IngestionConfig) -> None:
    deliver(config, SITTINGS, rows_of(SITTINGS))
    (result,) = land(config)
    assert (result.state, result.reason_code) == ("landed", None)
    assert (result.count_read, result.count_landed, result.count_quarantined) == (3, 3, 0)
    columns = "sitting_id, _batch_id, _source_file, _row_number, _received_at, _landed_seq"
    rows = query(config, f"select {columns} from raw.{SITTINGS}")
    first = rows[0]
    assert first == (
        "SITTING-0001",
        result.batch_id,
        f"2025-06-10T180000/{SITTINGS}.csv",
        1,
        datetime(2025, 6, 10, 13),
        1,
    )
    ((batch_id, landed_at, seq, version),) = query(
        config, "select batch_id, landed_at, landed_seq, contract_version from raw._batches"
    )
    assert (batch_id, landed_at, seq) == (result.batch_id, AFTERWARDS, 1)
    assert version == load_contract(SITTINGS).version
    assert query(config, "select count(*) from raw._door_checks") == [(len(result.checks),)]


def test_every_feed_lands(config: IngestionConfig) -> None:
    for feed in feed_names():
        deliver(config, feed, rows_of(feed))
    assert {result.feed: result.count_landed for result in land(config)} == dict.fromkeys(feed_names(), 3)
    for feed in feed_names():
        hashes = query(config, f"select count(*), count(distinct _row_hash) from raw.{feed}")
        assert hashes == [(3, 3)], feed


def test_nothing_waits_after_landing(config: IngestionConfig) -> None:
    deliver(config, SITTINGS, rows_of(SITTINGS))
    assert [file.feed for file in pending_files(config)] == [SITTINGS]
    assert pending_files(config, feeds=[REGISTRATIONS]) == []
    land(config)
    assert pending_files(config) == []
    assert land(config) == []


def test_batches_land_in_order_of_receipt(config: IngestionConfig) -> None:
    rows = rows_of(SITTINGS)
    deliver(config, SITTINGS, rows[1:], stamp="2025-06-11T090000")
    deliver(config, SITTINGS, rows[:1], stamp="2025-06-10T090000")
    assert [result.source_file[:10] for result in land(config)] == ["2025-06-10", "2025-06-11"]
    assert query(config, f"select sitting_id, _landed_seq from raw.{SITTINGS} order by 1") == [
        ("SITTING-0001", 1),
        ("SITTING-0002", 2),
        ("SITTING-0003", 2),
    ]


def test_the_same_bytes_again_are_a_duplicate(config: IngestionConfig) -> None:
    deliver(config, SITTINGS, rows_of(SITTINGS))
    deliver(config, SITTINGS, rows_of(SITTINGS), stamp="2025-06-12T090000")
    first, second = land(config)
    assert (first.state, second.state) == ("landed", "duplicate")
    assert (second.count_read, second.count_landed, second.checks) == (0, 0, ())
    assert second.batch_id == f"{first.batch_id}-2"
    assert query(config, f"select count(*) from raw.{SITTINGS}") == [(3,)]
    assert pending_files(config) == []


def test_a_changed_file_under_the_same_name_waits_again(config: IngestionConfig) -> None:
    rows = rows_of(SITTINGS)
    deliver(config, SITTINGS, rows)
    land(config)
    deliver(config, SITTINGS, [rows[0] | {"ended_code": "power_cut"}])
    (result,) = land(config)
    assert (result.state, result.count_landed) == ("landed", 1)
    assert query(config, f"select count(*) from raw.{SITTINGS}") == [(4,)]


def test_the_same_bytes_in_another_feed_are_no_duplicate(config: IngestionConfig) -> None:
    deliver(config, "academy__assessor_marks", [], file_format="csv")
    content = (config.landing_dir / "2025-06-10T180000" / "academy__assessor_marks.csv").read_bytes()
    (config.landing_dir / "2025-06-10T180000" / "academy__interview_marks.csv").write_bytes(content)
    assert [result.state for result in land(config)] == ["landed", "quarantined"]


def test_an_unreadable_file_is_recorded_and_may_be_given_again(config: IngestionConfig) -> None:
    path = deliver(config, SITTINGS, rows_of(SITTINGS))
    path.write_bytes(b"")
    (result,) = land(config)
    assert (result.state, result.reason_code, result.count_landed) == ("quarantined", "UNREADABLE_FILE", 0)
    assert query(config, "select row_number, column_name, reason_code, check_name from raw._quarantine") == [
        (None, None, "UNREADABLE_FILE", "file_readable")
    ]
    assert pending_files(config) == []
    (again,) = land_files(config, [pending_file(config, path)], AFTERWARDS)
    assert (again.state, again.batch_id) == ("quarantined", f"{result.batch_id}-2")


def test_quarantined_rows_are_told_by_number_and_kept_in_the_vault(config: IngestionConfig) -> None:
    rows = rows_of(REGISTRATIONS)
    rows[1]["iin"] = "850203450013"
    deliver(config, REGISTRATIONS, rows)
    (result,) = land(config)
    assert (result.count_read, result.count_landed, result.count_quarantined) == (3, 2, 1)
    assert query(config, "select row_number, column_name, reason_code, check_name from raw._quarantine") == [
        (2, "iin", "BAD_IIN", "iin_valid")
    ]
    kept = vault_rows(
        config, "select batch_id, row_number, content->>'last_name' from vault.quarantined_rows"
    )
    assert kept == [(result.batch_id, 2, rows[1]["last_name"])]


def test_identities_go_to_the_vault_and_nowhere_else(
    config: IngestionConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = rows_of(REGISTRATIONS)
    deliver(config, REGISTRATIONS, rows)
    deliver(config, "registers__stop_list", rows_of("registers__stop_list"))
    results = land(config)
    keys = {person_key(config.person_secret, row["iin"]) for row in rows}
    for feed in (REGISTRATIONS, "registers__stop_list"):
        assert {key for (key,) in query(config, f"select person_key from raw.{feed}")} == keys
    kept = vault_rows(config, f"select candidate_no, iin, last_name from vault.{REGISTRATIONS}")
    assert set(kept) == {(row["candidate_no"], row["iin"], row["last_name"]) for row in rows}
    assert {row[0] for row in vault_rows(config, "select iin from vault.registers__stop_list")} == {
        row["iin"] for row in rows
    }
    exported = config.warehouse.parent / "export"
    query(config, f"export database '{exported}' (format csv)")
    texts = [path.read_bytes().decode() for path in exported.iterdir()]
    texts += [caplog.text, repr(results), config.warehouse.read_bytes().decode(errors="ignore")]
    for row in rows:
        for name in ("iin", "last_name", "phone"):
            assert not any(str(row[name]) in text for text in texts if row[name]), (
                f"{name} stands outside the vault"
            )


def test_row_hash_depends_on_raw_content_only(config: IngestionConfig) -> None:
    rows = rows_of(REGISTRATIONS)
    deliver(config, REGISTRATIONS, rows)
    deliver(
        config,
        REGISTRATIONS,
        [rows[0] | {"phone": "+77000000009"}, rows[1] | {"track_code": "agro"}],
        stamp="2025-06-12T090000",
    )
    land(config)
    hashes = query(
        config,
        f"select candidate_no, count(distinct _row_hash) from raw.{REGISTRATIONS} group by 1 order by 1",
    )
    assert hashes == [("R25-000123", 1), ("R25-000124", 2), ("R25-000125", 1)]


def test_row_hash_tells_shifted_and_empty_values_apart(config: IngestionConfig) -> None:
    row = rows_of(SITTINGS)[0]
    variants = [
        {"form_code": None, "language_code": "kk"},
        {"form_code": "kk", "language_code": None},
        {"form_code": None, "language_code": None},
    ]
    rows = [row | {"sitting_id": "S"} | variant for variant in variants]
    for number, variant in enumerate(rows):
        deliver(config, SITTINGS, [variant], stamp=f"2025-06-1{number}T090000")
    land(config)
    assert query(config, f"select count(distinct _row_hash) from raw.{SITTINGS}") == [(3,)]


def test_a_crash_between_vault_and_warehouse_leaves_nothing_double(
    config: IngestionConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(REGISTRATIONS)
    rows[2]["track_code"] = "none"
    deliver(config, REGISTRATIONS, rows)
    with monkeypatch.context() as patched:

        def crash(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patched.setattr(raw_store, "write_batch", crash)
        with pytest.raises(KeyboardInterrupt):
            land(config)
    assert query(config, "select count(*) from raw._batches") == [(0,)]
    assert len(vault_rows(config, "from vault.platform__registrations")) == 2
    (result,) = land(config)
    assert result.count_landed == 2
    assert vault_rows(config, "select _batch_id, count(*) from vault.platform__registrations group by 1") == [
        (result.batch_id, 2)
    ]
    assert vault_rows(config, "select batch_id, row_number from vault.quarantined_rows") == [
        (result.batch_id, 3)
    ]


def test_a_batch_lands_whole_or_not_at_all(config: IngestionConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(config, SITTINGS, rows_of(SITTINGS))
    ensure_raw_tables(config)

    def fail(*_: object) -> None:
        raise duckdb.ConversionException("Could not convert string 'a name' to INT32")

    with monkeypatch.context() as patched:
        patched.setattr(raw_store, "_insert_checks", fail)
        with pytest.raises(RezervError) as caught:
            land(config)
    assert caught.value.message_key == "landing_failed"
    assert "a name" not in str(caught.value)
    for table in (SITTINGS, "_batches", "_quarantine", "_door_checks"):
        assert query(config, f"select count(*) from raw.{table}") == [(0,)]
    assert [result.state for result in land(config)] == ["landed"]


def test_files_from_the_future_are_told_and_left_alone(config: IngestionConfig) -> None:
    path = deliver(config, SITTINGS, rows_of(SITTINGS), stamp="2099-01-01T000000")
    deliver(config, REGISTRATIONS, rows_of(REGISTRATIONS))
    assert [result.feed for result in land(config)] == [REGISTRATIONS]
    assert [problem.reason_code for problem in folder_problems(config)] == ["FROM_FUTURE"]
    with pytest.raises(RezervError) as caught:
        pending_file(config, path)
    assert caught.value.message_key == "file_refused"
    early = datetime(2025, 6, 1)
    with pytest.raises(RezervError) as caught:
        land_files(config, [loader.PendingFile(path, SITTINGS, datetime(2025, 7, 1), "x")], early)
    assert caught.value.message_key == "received_in_future"


def test_a_file_that_fails_does_not_keep_others_waiting(config: IngestionConfig) -> None:
    first = deliver(config, SITTINGS, sittings(2), stamp="2025-06-10T180000")
    deliver(config, SITTINGS, sittings(3), stamp="2025-06-11T180000")
    files = pending_files(config)
    first.unlink()
    with pytest.raises(RetryableError) as caught:
        land_files(config, files, AFTERWARDS)
    assert caught.value.message_key == "file_unavailable"
    assert query(config, f"select count(*) from raw.{SITTINGS}") == [(3,)]


def test_what_fails_unforeseen_is_told_without_its_words(
    config: IngestionConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(config, SITTINGS, sittings(2))

    def fail(*_: object) -> None:
        raise ValueError("a person's name")

    monkeypatch.setattr(loader, "inspect", fail)
    with pytest.raises(RezervError) as caught:
        land(config)
    assert caught.value.message_key == "landing_failed"
    assert "person" not in str(caught.value) and "ValueError" in str(caught.value)


def test_a_file_that_grows_is_left_waiting(config: IngestionConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    path = deliver(config, SITTINGS, sittings(2))

    def write_on(_: float) -> None:
        with path.open("ab") as file:
            file.write(b"one more line\n")

    monkeypatch.setattr(loader.time, "sleep", write_on)
    files = pending_files(config)
    with pytest.raises(RetryableError) as caught:
        land_files(config, files, AFTERWARDS, settle_seconds=1)
    assert caught.value.message_key == "file_changed"
    assert query(config, "select count(*) from raw._batches") == [(0,)]
    os.utime(path, (1_750_000_000, 1_750_000_000))
    assert [one.state for one in land_files(config, pending_files(config), AFTERWARDS, settle_seconds=1)] == [
        "landed"
    ]


def test_a_file_without_stamp_is_received_when_it_lands(config: IngestionConfig, tmp_path: Path) -> None:
    path = deliver(config, SITTINGS, rows_of(SITTINGS))
    direct = path.rename(config.landing_dir / path.name)
    (result,) = land(config)
    assert (result.received_at, result.source_file) == (AFTERWARDS, path.name)
    assert pending_file(config, direct, datetime(2025, 7, 1)).received_at == datetime(2025, 7, 1)


def test_one_file_from_anywhere(config: IngestionConfig, tmp_path: Path) -> None:
    path = deliver(config, SITTINGS, rows_of(SITTINGS)).rename(tmp_path / f"{SITTINGS}__corrected.csv")
    (result,) = land_files(config, [pending_file(config, path)], AFTERWARDS)
    assert (result.source_file, result.count_landed) == (path.name, 3)
    with pytest.raises(RezervError) as caught:
        pending_file(config, tmp_path / "w.duckdb")
    assert caught.value.message_key == "file_unknown"
    with pytest.raises(RezervError) as caught:
        pending_file(config, tmp_path / "nowhere.csv")
    assert caught.value.message_key == "file_not_found"


def test_what_cannot_be_taken_is_recorded_once_and_does_not_land(config: IngestionConfig) -> None:
    (config.landing_dir / "letter.csv").write_text("a\n")
    (config.landing_dir / f"{SITTINGS}__link.csv").symlink_to(config.landing_dir / "letter.csv")
    assert [problem.shown_name for problem in folder_problems(config)] == [
        "letter.csv",
        f"{SITTINGS}__link.csv",
    ]
    assert pending_files(config) == []
    results = record_problems(config, AFTERWARDS)
    assert [(one.feed, one.state, one.reason_code, one.count_read) for one in results] == [
        ("", "quarantined", "UNKNOWN_NAME", 0),
        (SITTINGS, "quarantined", "SYMBOLIC_LINK", 0),
    ]
    assert query(
        config, "select source_file, row_number, reason_code from raw._quarantine_open order by 1"
    ) == [
        (kept("letter.csv"), None, "UNKNOWN_NAME"),
        (f"{SITTINGS}__link.csv", None, "SYMBOLIC_LINK"),
    ]
    assert record_problems(config, AFTERWARDS) == []
    with pytest.raises(RezervError) as caught:
        pending_file(config, config.landing_dir / f"{SITTINGS}__link.csv")
    assert caught.value.message_key == "file_refused"
    assert "link" in str(caught.value)


def test_a_file_that_turned_into_a_link_is_not_followed(config: IngestionConfig, tmp_path: Path) -> None:
    path = deliver(config, SITTINGS, rows_of(SITTINGS))
    files = pending_files(config)
    path.rename(tmp_path / "moved.csv")
    path.symlink_to(tmp_path / "moved.csv")
    (result,) = land_files(config, files, AFTERWARDS)
    assert (result.state, result.reason_code) == ("quarantined", "SYMBOLIC_LINK")


def test_a_file_that_is_still_being_written_lands_nothing(
    config: IngestionConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver(config, SITTINGS, rows_of(SITTINGS))
    inspect = loader.inspect

    def meanwhile(*arguments: Any) -> Any:
        found = inspect(*arguments)
        with path.open("ab") as file:
            file.write(b"one more line\n")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(loader, "inspect", meanwhile)
        with pytest.raises(RetryableError) as caught:
            land(config)
    assert caught.value.message_key == "file_changed"
    assert query(config, "select count(*) from raw._batches") == [(0,)]


def open_now(config: IngestionConfig) -> list[tuple[Any, ...]]:
    return query(config, "select row_number, reason_code from raw._quarantine_open order by all")


def closings(config: IngestionConfig) -> list[tuple[Any, ...]]:
    return query(config, "select row_number, how from raw._quarantine_closed order by all")


def sittings(count: int) -> list[dict[str, Any]]:
    return [rows_of(SITTINGS)[0] | {"sitting_id": f"S{number:03}"} for number in range(1, count + 1)]


def test_a_mended_row_leaves_quarantine_and_its_history_stays(config: IngestionConfig) -> None:
    rows = sittings(4)
    bad = [*rows[:2], rows[2] | {"ended_code": "?"}, rows[3] | {"attempt_no": None, "stage_code": "x"}]
    deliver(config, SITTINGS, bad)
    land(config)
    assert open_now(config) == [(3, "UNKNOWN_CODE"), (4, "MISSING_VALUE"), (4, "UNKNOWN_CODE")]
    deliver(config, SITTINGS, [rows[3]], stamp="2025-06-12T090000", name=f"{SITTINGS}__mended.csv")
    (result,) = land(config)
    assert result.count_closed == 1
    assert open_now(config) == [(3, "UNKNOWN_CODE")]
    assert closings(config) == [(4, "key_landed")]
    assert query(config, "select count(*) from raw._quarantine") == [(3,)]
    assert query(config, "select closed_by_batch_id from raw._quarantine_closed") == [(result.batch_id,)]


def test_a_row_received_later_is_not_mended_by_an_older_file(config: IngestionConfig) -> None:
    rows = sittings(1)
    deliver(config, SITTINGS, [rows[0] | {"ended_code": "?"}], stamp="2025-06-12T090000")
    land(config)
    deliver(config, SITTINGS, rows, stamp="2025-06-10T090000")
    land(config)
    assert open_now(config) == [(1, "UNKNOWN_CODE")]


def test_a_bad_row_is_not_mended_by_a_good_one_of_its_own_file(config: IngestionConfig) -> None:
    rows = sittings(1)
    deliver(config, SITTINGS, [rows[0], rows[0] | {"ended_code": "?"}, rows[0]])
    land(config)
    assert open_now(config) == [(2, "UNKNOWN_CODE")]
    assert closings(config) == [(3, "key_landed")]


def test_a_row_whose_key_was_wrong_is_mended_in_its_place(config: IngestionConfig) -> None:
    rows = sittings(5)
    deliver(config, SITTINGS, [rows[0] | {"sitting_id": None}, *rows[1:]])
    land(config)
    deliver(config, SITTINGS, rows, stamp="2025-06-12T090000")
    (result,) = land(config)
    assert (result.count_closed, open_now(config), closings(config)) == (1, [], [(1, "same_place")])


def test_another_days_file_of_the_same_name_mends_nothing_by_its_places(config: IngestionConfig) -> None:
    rows = sittings(9)
    deliver(config, SITTINGS, [rows[0] | {"sitting_id": None}, *rows[1:4]])
    land(config)
    deliver(config, SITTINGS, rows[5:], stamp="2025-06-12T090000")
    land(config)
    assert open_now(config) == [(1, "MISSING_VALUE")]


def test_a_whole_file_leaves_quarantine_by_a_file_that_names_it(config: IngestionConfig) -> None:
    path = deliver(config, SITTINGS, sittings(2))
    path.write_bytes(b"")
    (refused,) = land(config)
    deliver(config, SITTINGS, sittings(2), stamp="2025-06-12T090000")
    land(config)
    assert open_now(config) == [(None, "UNREADABLE_FILE")], "another day's file says nothing of it"
    name = f"{SITTINGS}__mends-{refused.batch_id}.csv"
    deliver(config, SITTINGS, sittings(3), stamp="2025-06-13T090000", name=name)
    (result,) = land(config)
    assert (result.count_closed, open_now(config), closings(config)) == (1, [], [(None, "file_landed")])


def test_a_file_that_mends_only_some_rows_closes_only_those(config: IngestionConfig) -> None:
    rows = sittings(9)
    bad = [row | {"ended_code": "?"} if n in (2, 7, 9) else row for n, row in enumerate(rows, 1)]
    deliver(config, SITTINGS, bad)
    (result,) = land(config)
    name = f"{SITTINGS}__mends-{result.batch_id}.csv"
    deliver(config, SITTINGS, [rows[6], rows[8]], stamp="2025-06-12T090000", name=name)
    land(config)
    assert open_now(config) == [(2, "UNKNOWN_CODE")]


def test_a_row_that_was_left_out_is_not_mended_by_the_one_that_moved_up(config: IngestionConfig) -> None:
    rows = sittings(50)
    deliver(
        config, SITTINGS, [row | {"attempt_no": None} if n == 40 else row for n, row in enumerate(rows, 1)]
    )
    land(config)
    deliver(config, SITTINGS, [*rows[:39], *rows[40:]], stamp="2025-06-12T090000")
    land(config)
    assert open_now(config) == [(40, "MISSING_VALUE")]


def test_files_outside_the_landing_folder_share_no_place(config: IngestionConfig, tmp_path: Path) -> None:
    def given(day: str, content: bytes | None, rows: list[dict[str, Any]]) -> None:
        folder = tmp_path / day
        folder.mkdir()
        path = deliver(config, SITTINGS, rows).rename(folder / f"{SITTINGS}.csv")
        if content is not None:
            path.write_bytes(content)
        land_files(config, [pending_file(config, path)], AFTERWARDS)

    given("mon", b"", [])
    given("tue", None, [row | {"sitting_id": None} for row in sittings(3)])
    given("wed", None, sittings(9)[4:])
    assert open_now(config) == [
        (1, "MISSING_VALUE"),
        (2, "MISSING_VALUE"),
        (3, "MISSING_VALUE"),
        (None, "UNREADABLE_FILE"),
    ]


def test_a_whole_file_is_not_mended_by_one_without_rows(config: IngestionConfig) -> None:
    rows = [{name: row[name] for name in row if name != "started_at"} for row in sittings(30)]
    deliver(config, SITTINGS, rows)
    (refused,) = land(config)
    for count in (0, 9):
        name = f"{SITTINGS}__mends-{refused.batch_id}.csv"
        deliver(config, SITTINGS, sittings(count), stamp=f"2025-06-12T0900{count:02}", name=name)
        land(config)
    assert open_now(config) == [(None, "MISSING_COLUMN")]
    deliver(config, SITTINGS, sittings(30), stamp="2025-06-13T090000", name=name)
    land(config)
    assert open_now(config) == []


def test_bytes_that_broke_an_earlier_contract_may_land_by_the_present_one(config: IngestionConfig) -> None:
    rows = sittings(3)
    deliver(config, SITTINGS, [*rows[:2], rows[2] | {"ended_code": "?"}])
    land(config)
    deliver(config, SITTINGS, [*rows[:2], rows[2] | {"ended_code": "?"}], stamp="2025-06-12T090000")
    assert [one.state for one in land(config)] == ["duplicate"]
    with duckdb.connect(str(config.warehouse)) as connection:
        connection.execute("update raw._batches set contract_version = '0.9.0'")
    deliver(config, SITTINGS, [*rows[:2], rows[2] | {"ended_code": "?"}], stamp="2025-06-13T090000")
    assert [one.state for one in land(config)] == ["landed"]


def test_an_accepted_file_keeps_the_receipt_of_its_delivery(config: IngestionConfig, tmp_path: Path) -> None:
    deliver(config, SITTINGS, sittings(40))
    land(config)
    path = deliver(config, SITTINGS, sittings(9)).rename(tmp_path / f"{SITTINGS}.csv")
    (held,) = land_files(config, [pending_file(config, path)], datetime(2025, 7, 3))
    assert held.state == "held"
    word = Acceptance("officer 7", "told by phone")
    (accepted,) = land_files(config, [pending_file(config, path)], datetime(2025, 7, 5), acceptance=word)
    assert (accepted.state, accepted.received_at) == ("landed", datetime(2025, 7, 3))


def test_a_whole_file_leaves_quarantine_when_it_is_replaced(config: IngestionConfig) -> None:
    deliver(config, SITTINGS, sittings(2)).write_bytes(b"")
    land(config)
    deliver(config, SITTINGS, sittings(2))
    (result,) = land(config)
    assert (result.count_closed, open_now(config)) == (1, [])


def test_a_person_may_close_an_entry_with_a_reason(config: IngestionConfig) -> None:
    deliver(config, SITTINGS, [sittings(1)[0] | {"ended_code": "?"}])
    (result,) = land(config)
    with pytest.raises(RezervError) as caught:
        close_quarantine(config, result.batch_id, 2, "officer 7", "a test row")
    assert caught.value.message_key == "quarantine_unknown"
    with pytest.raises(RezervError) as caught:
        close_quarantine(config, result.batch_id, 1, "officer 7", " ")
    assert caught.value.message_key == "acceptance_incomplete"
    close_quarantine(config, result.batch_id, 1, "officer 7", "a test row", AFTERWARDS)
    assert open_now(config) == []
    assert query(config, "select how, closed_by, note, closed_at from raw._quarantine_closed") == [
        ("person", "officer 7", "a test row", AFTERWARDS)
    ]


def test_books_hold_keyed_hashes_and_no_keys(config: IngestionConfig) -> None:
    deliver(config, SITTINGS, [sittings(1)[0] | {"ended_code": "?"}])
    land(config)
    ((row_key,),) = query(config, "select row_key from raw._quarantine")
    assert len(row_key) == 32 and "S001" not in row_key


def test_a_file_that_lost_half_waits_until_a_person_accepts_it(config: IngestionConfig) -> None:
    rows = sittings(40)
    deliver(config, SITTINGS, rows)
    path = deliver(config, SITTINGS, rows[:12], stamp="2025-06-12T090000")
    deliver(config, SITTINGS, rows[:20], stamp="2025-06-13T090000", name=f"{SITTINGS}__correction.csv")
    results = land(config)
    assert [result.state for result in results] == ["landed", "held", "landed"]
    held = results[1]
    assert (held.reason_code, held.count_read, held.count_landed) == ("FEWER_ROWS", 12, 0)
    checks = {check.check_name: (check.count_evaluated, check.count_failed) for check in held.checks}
    assert (checks["enough_rows"], checks["keys_kept"]) == ((40, 28), (40, 28))
    assert query(config, f"select count(*) from raw.{SITTINGS}") == [(60,)]
    assert pending_files(config) == []
    again = [pending_file(config, path)]
    with pytest.raises(RezervError) as caught:
        land_files(config, again, AFTERWARDS, acceptance=Acceptance("officer 7", ""))
    assert caught.value.message_key == "acceptance_incomplete"
    (accepted,) = land_files(config, again, AFTERWARDS, acceptance=Acceptance("officer 7", "told by phone"))
    assert (accepted.state, accepted.is_accepted, accepted.count_landed) == ("landed", True, 12)
    assert query(
        config, "select accepted_by, accepted_reason from raw._batches where accepted_by is not null"
    ) == [("officer 7", "told by phone")]
    assert query(config, f"select count(*) from raw.{SITTINGS}") == [(72,)]


def test_a_word_that_was_not_needed_is_not_recorded(config: IngestionConfig) -> None:
    path = deliver(config, SITTINGS, sittings(3))
    word = Acceptance("officer 7", "just in case")
    (result,) = land_files(config, [pending_file(config, path)], AFTERWARDS, acceptance=word)
    assert (result.state, result.is_accepted) == ("landed", False)
    assert query(config, "select accepted_by from raw._batches") == [(None,)]


def test_a_file_that_went_away_is_worth_another_try(config: IngestionConfig) -> None:
    path = deliver(config, SITTINGS, rows_of(SITTINGS))
    files = pending_files(config)
    path.unlink()
    with pytest.raises(RetryableError) as caught:
        land_files(config, files, AFTERWARDS)
    assert caught.value.message_key == "file_unavailable"


@pytest.mark.parametrize("name", ["vault_key", "person_secret"])
def test_nothing_lands_without_secrets(config: IngestionConfig, name: str) -> None:
    deliver(config, SITTINGS, rows_of(SITTINGS))
    with pytest.raises(RezervError) as caught:
        land_files(replace(config, **{name: ""}), pending_files(config), AFTERWARDS)
    assert caught.value.message_key == "secret_missing"
    assert not config.warehouse.exists()


def test_a_warehouse_held_by_another_process_is_worth_another_try(config: IngestionConfig) -> None:
    ensure_raw_tables(config)
    deliver(config, SITTINGS, rows_of(SITTINGS))
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(config.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "open\n"
        with pytest.raises(RetryableError) as caught:
            loader.pending_files(config)
        holder.communicate("")
    assert caught.value.message_key == "warehouse_busy"


def test_loading_needs_nothing_heavy_at_import() -> None:
    heavy = ("pandas", "duckdb", "pyarrow", "great_expectations")
    script = f"import sys, ingestion.loader; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _key_of(row: dict[str, Any]) -> str:
    """The identity's key by another implementation."""
    names = ("iin", "last_name", "first_name", "middle_name", "birth_on")
    parts = [chr(30) if row[name] is None else str(row[name]) for name in names]
    return person_key("test secret", "\x1f".join(["identity_key", *parts]))


def test_what_is_derived_lands_beside_the_person_s_key(config: IngestionConfig) -> None:
    rows = rows_of(REGISTRATIONS)
    deliver(config, REGISTRATIONS, rows)
    land(config)
    columns = "identity_key, age_years, age_years_on_close"
    found = query(config, f"select {columns} from raw.{REGISTRATIONS} order by _row_number")
    # born 1992-06-15, 1985-02-03 and 1990-05-15; all three in the first days of June 2025
    assert found == [(_key_of(rows[0]), 32, 33), (_key_of(rows[1]), 40, 40), (_key_of(rows[2]), 35, 35)]
    assert rows[2]["middle_name"] is None


def test_a_corrected_name_is_seen_and_not_shown(config: IngestionConfig) -> None:
    rows = rows_of(REGISTRATIONS)
    deliver(config, REGISTRATIONS, rows)
    deliver(config, REGISTRATIONS, [{**rows[0], "last_name": "Синтетикалық-Жаңа"}], stamp="2025-06-11T180000")
    assert [result.state for result in land(config)] == ["landed", "landed"]
    number = rows[0]["candidate_no"]
    keys = query(
        config,
        f"select count(distinct identity_key), count(distinct person_key) from raw.{REGISTRATIONS}"
        f" where candidate_no = '{number}'",
    )
    assert keys == [(2, 1)]


@pytest.mark.parametrize("separator", ["\x1e", "\x1f"])
def test_a_name_cannot_hold_what_separates_values(config: IngestionConfig, separator: str) -> None:
    rows = rows_of(REGISTRATIONS)
    rows[0]["last_name"] += separator
    deliver(config, REGISTRATIONS, rows)
    (result,) = land(config)
    assert (result.count_landed, result.count_quarantined) == (2, 1)


def test_a_warehouse_of_before_gains_the_derived_columns(config: IngestionConfig) -> None:
    """Rows that landed before have none; those that land afterwards have them; old rows stay as they are."""
    rows = rows_of(REGISTRATIONS)
    deliver(config, REGISTRATIONS, rows[:1])
    land(config)
    with duckdb.connect(str(config.warehouse)) as connection:
        for name in ("identity_key", "age_years_on_close"):
            connection.execute(f"alter table raw.{REGISTRATIONS} drop column {name}")
    deliver(config, REGISTRATIONS, rows[1:], stamp="2025-06-11T180000")
    land(config)
    columns = "identity_key is null, age_years_on_close, age_years"
    found = query(config, f"select {columns} from raw.{REGISTRATIONS} order by _landed_seq, _row_number")
    assert found == [(True, None, 32), (False, 40, 40), (False, 35, 35)]


def test_a_correction_of_the_track_lands(config: IngestionConfig) -> None:
    feed = "agency__working_group_decisions"
    good = {
        **rows_of(feed)[0], "action_code": "correct_track", "basis_code": "platform_error",
        "track_code": "agro", "ground_code": None,
    }  # fmt: skip
    numbers = ("A", "B", "C")
    rows = [{**good, "decision_no": number} for number in numbers]
    rows[1]["track_code"], rows[2]["ground_code"] = "no_track", "a ground in words"
    deliver(config, feed, rows)
    (result,) = land(config)
    assert (result.count_landed, result.count_quarantined) == (1, 2)
    assert query(config, f"select decision_no, track_code from raw.{feed}") == [("A", "agro")]


def test_decisions_of_the_former_layout_still_land(config: IngestionConfig) -> None:
    feed = "agency__working_group_decisions"
    rows = rows_of(feed)
    for row in rows:
        del row["track_code"], row["ground_code"]
    deliver(config, feed, rows)
    (result,) = land(config)
    assert (result.state, result.count_landed) == ("landed", 3)
