from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import proctoring_jobs.delivery
from ingestion.contracts import load_contract
from ingestion.landing_folder import feed_of, kept
from proctoring_jobs.__main__ import main
from proctoring_jobs.delivery import BOOK, Delivery, deliver
from proctoring_jobs.errors import ConfigInvalidError, RetryableProctoringError
from proctoring_jobs.output import (
    Coverage,
    Signal,
    coverage_path,
    signals_path,
    write_coverage,
    write_signals,
)
from proctoring_jobs.texts import LANGUAGES, text

ROW = Coverage(
    "", Decimal(60), Decimal(60), Decimal(60), Decimal(0), Decimal(0), 1, 60, 0, False, None, "", "m", None,
    "c", None,
)  # fmt: skip


def result(out: Path, sitting: str, run: str = "r1", *starts: int) -> None:
    """A sitting's files as a run leaves them, with a signal at each start."""
    write_coverage(coverage_path(out, sitting), replace(ROW, sitting_id=sitting, run_id=run))
    rows = [
        Signal(
            f"{sitting}-{at}-{run}", sitting, "phone", Decimal(at), Decimal(2), Decimal("0.9"), "m", "c", run
        )
        for at in starts
    ]
    facts = {"sitting_id": sitting, "run_id": run, "device": "cpu"}
    write_signals(signals_path(out, sitting), rows, facts)


def delivered(out: Path, to: Path) -> Delivery:
    return deliver(out, lambda: to)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def sittings(path: Path | None) -> list[str]:
    assert path is not None
    return pq.read_table(path)["sitting_id"].to_pylist()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Three sittings that are done; written in another order than they are delivered in."""
    folder = tmp_path / "out"
    result(folder, "S2", "r2", 9, 4)
    result(folder, "S1", "r1", 7)
    result(folder, "S3", "r3")
    return folder


def test_all_that_is_done_is_one_file_of_each_feed(out: Path, tmp_path: Path) -> None:
    made = delivered(out, tmp_path / "to")
    assert (made.count_sittings, made.count_signals, made.left_out) == (3, 3, ())
    assert files(tmp_path / "to").keys() == {
        f"proctoring__coverage__{made.name}.parquet",
        f"proctoring__signals__{made.name}.parquet",
    }
    assert sittings(made.coverage) == ["S1", "S2", "S3"]
    assert made.signals is not None
    rows = pq.read_table(made.signals).to_pylist()
    assert [(row["sitting_id"], row["started_seconds"]) for row in rows] == [("S1", 7), ("S2", 4), ("S2", 9)]


def test_the_files_have_the_columns_of_the_contracts_and_nothing_of_the_runs(
    out: Path, tmp_path: Path
) -> None:
    made = delivered(out, tmp_path / "to")
    for path in (made.signals, made.coverage):
        assert path is not None
        feed = feed_of(path.name)
        assert feed is not None
        schema = pq.read_schema(path)
        assert schema.names == [column.name for column in load_contract(feed).columns]
        assert schema.metadata == {b"delivery": made.name.encode()}


def test_the_door_keeps_the_name_and_no_number_of_a_person_can_be_in_it(out: Path, tmp_path: Path) -> None:
    made = delivered(out, tmp_path / "to")
    assert made.name.isalpha() and len(made.name) == 16
    assert made.signals is not None and kept(made.signals.name) == made.signals.name


def test_what_was_delivered_is_not_delivered_again(out: Path, tmp_path: Path) -> None:
    first = delivered(out, tmp_path / "to")
    asked: list[str] = []
    again = deliver(out, lambda: asked.append("folder") or tmp_path / "again")  # type: ignore[func-returns-value]
    assert again == Delivery() and asked == []
    assert not (tmp_path / "again").exists()
    result(out, "S4", "r4", 1)
    second = delivered(out, tmp_path / "to")
    assert sittings(second.coverage) == ["S4"]
    assert second.name != first.name, "the door would compare it with the larger first one"


def test_a_sitting_done_again_is_delivered_again_and_so_is_a_return(out: Path, tmp_path: Path) -> None:
    delivered(out, tmp_path / "to")
    seen = files(tmp_path / "to")
    for run in ("other", "r1"):
        result(out, "S1", run, 7)
        made = delivered(out, tmp_path / "to")
        assert sittings(made.coverage) == ["S1"]
        assert made.coverage is not None and made.coverage.read_bytes() not in seen.values()
        seen |= files(tmp_path / "to")
    assert len(seen) == 6, "each has names and bytes of its own, or the door would take it for a copy"


def test_the_same_runs_are_the_same_names_and_bytes_wherever_they_lie(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    result(other, "S3", "r3")
    result(other, "S1", "r1", 7)
    result(other, "S2", "r2", 9, 4)
    delivered(out, tmp_path / "a")
    delivered(other, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")


@pytest.mark.parametrize("written", [0, 1, 2])
def test_who_is_killed_on_the_way_delivers_the_same_next_time(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    class Killed(BaseException):
        pass

    real, count = proctoring_jobs.delivery.write_table, 0

    def write(path: Path, table: object) -> None:
        nonlocal count
        if count == written:
            raise Killed
        count += 1
        real(path, table)

    def note(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(proctoring_jobs.delivery, "write_table", write)
        patched.setattr(proctoring_jobs.delivery, "_note", note)
        with pytest.raises(Killed):
            delivered(out, tmp_path / "first")
    left = files(tmp_path / "first")
    assert [name.split("__")[1] for name in sorted(left)] == ["coverage", "signals"][:written]
    assert not (out / BOOK).exists()
    delivered(out, tmp_path / "second")
    assert left.items() <= files(tmp_path / "second").items()


def test_a_line_that_was_torn_costs_one_more_delivery_of_its_sitting(out: Path, tmp_path: Path) -> None:
    delivered(out, tmp_path / "to")
    whole = (out / BOOK).read_text()
    assert {json.loads(line)["sitting_id"] for line in whole.splitlines()} == {"S1", "S2", "S3"}
    (out / BOOK).write_text(whole[:-9])
    made = delivered(out, tmp_path / "again")
    assert sittings(made.coverage) == ["S3"]
    assert delivered(out, tmp_path / "again") == Delivery()


def test_a_sitting_that_is_being_done_again_waits(out: Path, tmp_path: Path) -> None:
    write_coverage(coverage_path(out, "S1"), replace(ROW, sitting_id="S1", run_id="next"))
    made = delivered(out, tmp_path / "to")
    assert sittings(made.coverage) == ["S2", "S3"]
    assert [(one.sitting_id, one.message_key) for one in made.left_out] == [("S1", "delivery_unfinished")]
    assert not made.must_be_looked_at
    result(out, "S1", "next", 7)
    assert sittings(delivered(out, tmp_path / "to").coverage) == ["S1"]


def damaged(out: Path) -> None:
    signals_path(out, "S1").write_bytes(b"PAR1 no table PAR1")


def without_coverage(out: Path) -> None:
    coverage_path(out, "S1").unlink()


def of_another_sitting(out: Path) -> None:
    signals_path(out, "S1").write_bytes(signals_path(out, "S2").read_bytes())


def of_an_older_version(out: Path) -> None:
    table = pq.read_table(coverage_path(out, "S1"))
    pq.write_table(table.drop_columns(["count_files"]), coverage_path(out, "S1"))


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (damaged, "delivery_unreadable"),
        (without_coverage, "delivery_no_coverage"),
        (of_another_sitting, "delivery_unreadable"),
        (of_an_older_version, "delivery_unreadable"),
    ],
)
def test_a_result_that_is_none_is_named_and_keeps_no_other_back(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: object, key: str
) -> None:
    assert callable(spoil)
    spoil(out)
    assert main(["deliver", str(out), "--to", str(tmp_path / "to"), "--language", "en"]) == 1
    told = capsys.readouterr()
    assert f"S1: not delivered: {text('en', key)}" in told.err
    assert "2 sittings" in told.out
    (path,) = (tmp_path / "to").glob("proctoring__coverage__*")
    assert sittings(path) == ["S2", "S3"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_what_it_did_in_the_language(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    arguments = ["deliver", str(out), "--to", str(tmp_path / "to"), "--language", language]
    assert main(arguments) == 0
    assert "proctoring__signals__" in capsys.readouterr().out
    assert main(arguments) == 0
    assert capsys.readouterr().out.strip() == text(language, "delivery_nothing_new")


def test_wrong_folders_are_told(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deliver", str(tmp_path / "none"), "--to", str(tmp_path), "--language", "en"]) == 2
    assert "There is no folder" in capsys.readouterr().err
    with pytest.raises(ConfigInvalidError, match="delivery_same_folder"):
        delivered(out, out / "." / "evidence" / "..")
    assert not (out / BOOK).exists()


def test_failing_storage_is_told_and_nothing_is_booked(out: Path, tmp_path: Path) -> None:
    (tmp_path / "to").touch()
    with pytest.raises(RetryableProctoringError, match="storage_failed"):
        delivered(out, tmp_path / "to")
    assert not (out / BOOK).exists()


def test_two_deliveries_do_not_go_on_at_once(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proctoring_jobs.delivery, "LOCK_SECONDS", 0.05)

    def meanwhile() -> Path:
        with pytest.raises(RetryableProctoringError, match="delivery_running"):
            delivered(out, tmp_path / "other")
        return tmp_path / "to"

    assert deliver(out, meanwhile).count_sittings == 3
    assert not (tmp_path / "other").exists()


def test_delivering_loads_no_decoder_and_no_inference_library(out: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from proctoring_jobs.__main__ import main;"
        f"assert main(['deliver', {str(out)!r}, '--to', {str(tmp_path / 'to')!r}]) == 0;"
        "print(sorted(set(sys.modules) & {'av', 'cv2', 'torch', 'ultralytics', 'onnxruntime', 'ray'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
