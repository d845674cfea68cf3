from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from dashboards.access_log import LOG_NAME, LogUnavailable, record
from orchestration.access.log import read_log
from orchestration.errors import OrchestrationError


def _write(folder: Path, count: int, who: str) -> None:
    for number in range(count):
        record(who, "analyst", "export", {"list": f"list {number}"}, folder)


def test_a_line_says_who_took_what_and_follows_the_one_before(tmp_path: Path) -> None:
    record("a@b.c", "analyst", "export", {"list": "тізім", "count_rows": 7}, tmp_path)
    record("d@e.f", "publisher", "candidate", {"candidate_no": "Y25-1"}, tmp_path)
    first, second = read_log(tmp_path)
    assert (first["identity"], first["role"], first["list"], first["count_rows"]) == (
        "a@b.c",
        "analyst",
        "тізім",
        7,
    )
    assert second["action"] == "candidate" and second["at"] >= first["at"]
    assert (tmp_path / LOG_NAME).stat().st_mode & 0o077 == 0


def test_processes_that_write_at_once_keep_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(tmp_path, 40, f"w{number}")) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = read_log(tmp_path)
    assert len(lines) == 160
    for number in range(4):
        own = [line["list"] for line in lines if line["identity"] == f"w{number}"]
        assert own == [f"list {step}" for step in range(40)]


def test_a_killed_writer_leaves_whole_lines(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for _ in range(5):
        writer = context.Process(target=_write, args=(tmp_path, 10_000, "killed"))
        writer.start()
        time.sleep(0.05)
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
    with (tmp_path / LOG_NAME).open("ab") as file:
        file.write(b'{"at": "half')
    record("a@b.c", "analyst", "export", {}, tmp_path)
    lines = read_log(tmp_path)
    assert lines[-1]["identity"] == "a@b.c" and len(lines) > 5


def test_very_long_lines_are_found_again(tmp_path: Path) -> None:
    for number in range(3):
        record("a@b.c", "analyst", "evidence", {"files": ["f" * 9000, number]}, tmp_path)
    assert [line["files"][1] for line in read_log(tmp_path)] == [0, 1, 2]


@pytest.mark.parametrize("change", ["edit", "remove", "swap"])
def test_a_changed_log_is_found_out(tmp_path: Path, change: str) -> None:
    _write(tmp_path, 4, "a@b.c")
    file = tmp_path / LOG_NAME
    lines = file.read_bytes().splitlines(keepends=True)
    if change == "edit":
        lines[1] = lines[1].replace(b"list 1", b"list 9")
    elif change == "remove":
        del lines[1]
    else:
        lines[1], lines[2] = lines[2], lines[1]
    file.write_bytes(b"".join(lines))
    with pytest.raises(OrchestrationError) as broken:
        read_log(tmp_path)
    assert broken.value.message_key == "error.access_log_broken"


def test_an_unknown_action_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="look"):
        record("a@b.c", "analyst", "look", {}, tmp_path)


def test_where_nothing_can_be_written_the_caller_hears_of_it(tmp_path: Path) -> None:
    (tmp_path / LOG_NAME).mkdir()
    with pytest.raises(LogUnavailable):
        record("a@b.c", "analyst", "export", {}, tmp_path)


def test_no_log_is_no_lines(tmp_path: Path) -> None:
    assert read_log(tmp_path) == []
