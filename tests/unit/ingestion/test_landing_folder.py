"""Which files stand in the landing folder, and whose they are."""

from datetime import datetime
from pathlib import Path

import pytest

from ingestion.landing_folder import describe, feed_of, is_ignored, known_files, unknown_files


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


@pytest.mark.parametrize(
    "name",
    [
        "platform__answers.parquet",
        "platform__answers__text_test.parquet",
        "platform__answers__2.part.csv.gz",
        "platform__answers__a__b.jsonl",
    ],
)
def test_a_feed_by_the_name(name: str) -> None:
    assert feed_of(name) == "platform__answers"


@pytest.mark.parametrize(
    "name",
    [
        "answers.csv",
        "platform_answers.csv",
        "platform__answer.csv",
        "platform__answers",
        "platform__answers.txt",
        "platform__answers2.csv",
    ],
)
def test_no_feed_by_other_names(name: str) -> None:
    assert feed_of(name) is None


@pytest.mark.parametrize("name", [".x.csv", "~$x.xlsx", "x.csv.part", "x.csv.TMP"])
def test_hidden_and_unfinished_files_are_ignored(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert is_ignored(tmp_path / name)
    assert unknown_files(tmp_path) == []


def test_order_is_by_receipt_then_name_and_files_without_stamp_come_last(tmp_path: Path) -> None:
    put(
        tmp_path,
        "platform__answers.csv",
        "2025-06-02T090000/platform__sittings.csv",
        "2025-06-02T090000/platform__bookings.csv",
        "2025-06-01T235959/platform__withdrawals.csv",
    )
    files = known_files(tmp_path)
    assert [file.source_file for file in files] == [
        "2025-06-01T235959/platform__withdrawals.csv",
        "2025-06-02T090000/platform__bookings.csv",
        "2025-06-02T090000/platform__sittings.csv",
        "platform__answers.csv",
    ]
    assert [file.received_at for file in files] == [
        datetime(2025, 6, 1, 18, 59, 59),
        datetime(2025, 6, 2, 4),
        datetime(2025, 6, 2, 4),
        None,
    ]


def test_files_that_belong_nowhere_are_named(tmp_path: Path) -> None:
    put(
        tmp_path,
        "notes.txt",
        "incoming/platform__answers.csv",
        "2025-06-02T090000/deeper/platform__answers.csv",
        ".git/x.csv",
    )
    names = [path.relative_to(tmp_path).as_posix() for path in unknown_files(tmp_path)]
    assert names == [
        "2025-06-02T090000/deeper/platform__answers.csv",
        "incoming/platform__answers.csv",
        "notes.txt",
    ]
    assert known_files(tmp_path) == []


def test_a_file_outside_the_landing_folder_keeps_its_bare_name(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/platform__answers.csv")
    file = describe(tmp_path / "elsewhere/platform__answers.csv", tmp_path / "landing")
    assert file is not None
    assert (file.source_file, file.received_at) == ("platform__answers.csv", None)


def test_no_folder_no_files(tmp_path: Path) -> None:
    assert known_files(tmp_path / "nowhere") == []
