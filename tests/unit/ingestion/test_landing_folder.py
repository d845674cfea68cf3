"""Which files stand in the landing folder, and whose they are."""

import os
import re
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from ingestion.landing_folder import describe, feed_of, is_ignored, kept, known_files, problems, shown


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
    assert is_ignored(name)
    assert problems(tmp_path) == []


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


def test_files_that_belong_nowhere_are_told_and_their_names_are_not_kept(tmp_path: Path) -> None:
    put(
        tmp_path,
        "Ахметов Айдар.pdf",
        "incoming/platform__answers.csv",
        "2025-06-02T090000/deeper/platform__answers.csv",
        ".git/x.csv",
    )
    found = problems(tmp_path)
    assert [(one.shown_name, one.feed, one.reason_code) for one in found] == [
        ("2025-06-02T090000/deeper/platform__answers.csv", "platform__answers", "WRONG_FOLDER"),
        ("incoming/platform__answers.csv", "platform__answers", "WRONG_FOLDER"),
        ("Ахметов Айдар.pdf", "", "UNKNOWN_NAME"),
    ]
    for one in found:
        assert not {"Ахметов", "incoming", "deeper"} & set(re.findall(r"\w+", one.source_file + repr(one)))
    assert found[0].source_file.startswith("2025-06-02T090000/(")
    assert known_files(tmp_path) == []


@pytest.mark.parametrize("rest", ["920615400001", "ЖСН 920615400001", "Ахметов", "a b", "x_920615400001_y"])
def test_what_may_name_somebody_is_not_kept_of_a_feeds_name(tmp_path: Path, rest: str) -> None:
    put(tmp_path, f"platform__answers__{rest}.csv.gz")
    (file,) = known_files(tmp_path)
    assert rest not in file.source_file
    assert re.fullmatch(r"platform__answers__\([0-9a-f]{8}\)\.csv", file.source_file)


@pytest.mark.parametrize(
    "rest", ["ACS-2025-01", "text_test__correction", "mends-0123456789abcdef", "(2)", "920615400002"]
)
def test_plain_names_are_kept(rest: str) -> None:
    assert kept(f"vetting__replies__{rest}.xlsx") == f"vetting__replies__{rest}.xlsx"


def test_a_file_outside_the_landing_folder_keeps_its_bare_name(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/platform__answers.csv")
    file = describe(tmp_path / "elsewhere/platform__answers.csv", tmp_path / "landing")
    assert file is not None
    assert (file.source_file, file.received_at) == ("platform__answers.csv", None)


def test_no_folder_no_files(tmp_path: Path) -> None:
    assert known_files(tmp_path / "nowhere") == []


def test_links_pipes_and_sockets_are_not_taken(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/platform__answers.csv", "elsewhere/folder/platform__answers.csv")
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "platform__answers__link.csv").symlink_to(tmp_path / "elsewhere/platform__answers.csv")
    (landing / "platform__answers__nowhere.csv").symlink_to(tmp_path / "nowhere.csv")
    (landing / "2025-06-02T090000").symlink_to(tmp_path / "elsewhere/folder")
    os.mkfifo(landing / "platform__answers__pipe.csv")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(landing / "platform__sittings.csv"))
        found = {one.shown_name: one.reason_code for one in problems(landing)}
    assert found == {
        "2025-06-02T090000": "SYMBOLIC_LINK",
        "platform__answers__link.csv": "SYMBOLIC_LINK",
        "platform__answers__nowhere.csv": "SYMBOLIC_LINK",
        "platform__answers__pipe.csv": "NOT_A_FILE",
        "platform__sittings.csv": "NOT_A_FILE",
    }
    assert known_files(landing) == []


@pytest.mark.parametrize(
    "name",
    [
        "platform__answers__..\\..\\x.csv",
        "platform__answers__\u202egpj.csv",
        "platform__answers__\n.csv",
        "platform__answers__\x1b[2J.csv",
        "platform__answers__a:b.csv",
        "platform__answers__" + "я" * 100 + "x" * 90 + ".csv",
        os.fsdecode(b"platform__answers__\xff.csv"),
    ],
)
def test_names_that_deceive_are_refused_and_shown_harmlessly(tmp_path: Path, name: str) -> None:
    try:
        put(tmp_path, name)
    except OSError:
        pytest.skip("the file system itself refuses the name")
    (problem,) = problems(tmp_path)
    assert problem.reason_code == "UNSAFE_NAME"
    for told in (problem.source_file, problem.shown_name):
        assert told.isprintable()
        assert len(told) <= 200
        told.encode("utf-8")
    assert known_files(tmp_path) == []


def test_names_in_kazakh_are_taken(tmp_path: Path) -> None:
    put(tmp_path, "vetting__replies__Әділет министрлігі (2).xlsx")
    assert problems(tmp_path) == []
    assert shown("ә\u202e") == "ә\\u202e"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without permission")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    put(tmp_path, "2025-06-02T090000/platform__answers.csv", "platform__sittings.csv")
    (tmp_path / "2025-06-02T090000").chmod(0)
    (tmp_path / "platform__sittings.csv").chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    script = (
        "import os, sys; from pathlib import Path; import ingestion.contracts as c; c.feed_names();"
        "from ingestion.landing_folder import problems; os.setuid(65534);"
        "print([(p.shown_name, p.reason_code) for p in problems(Path(sys.argv[1]))])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)
    expected = [("2025-06-02T090000", "NO_PERMISSION"), ("platform__sittings.csv", "NO_PERMISSION")]
    assert done.stdout.strip() == str(expected), done.stderr
