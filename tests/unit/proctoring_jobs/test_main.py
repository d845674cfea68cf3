from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import proctoring_jobs.worker
from proctoring_jobs.__main__ import main
from tests.unit.proctoring_jobs.videos import ALONE, EMPTY, steady, write_video


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("recordings") / "a.webm", steady([(ALONE, 4), (EMPTY, 5)]))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The command line, one worker, with a detector that does not open its weights, in English."""
    weights = tmp_path_factory.mktemp("weights") / "none.onnx"
    weights.write_bytes(b"no weights")
    factory = "tests.support.proctoring:brightness_detector"
    monkeypatch.setattr(proctoring_jobs.worker, "DETECTOR_FACTORY", factory)
    monkeypatch.delenv("REZERV_LANGUAGE", raising=False)
    monkeypatch.setenv("PROCTORING_WEIGHTS", str(weights))
    monkeypatch.setenv("PROCTORING_WEIGHTS_SHA256", hashlib.sha256(b"no weights").hexdigest())
    monkeypatch.setenv("PROCTORING_WORKERS", "1")
    monkeypatch.setenv("PROCTORING_RETRY_WAIT_SECONDS", "0")
    # these recordings have no sound track
    monkeypatch.setenv("PROCTORING_SOUND", "if_there")


def manifest(folder: Path, sitting: str, *files: str) -> str:
    path = folder / f"{sitting}.json"
    listed = [{"path": file} for file in files]
    path.write_text(json.dumps({"sitting_id": sitting, "duration_seconds": 9, "files": listed}))
    return str(path)


def signals(out: Path, sitting: str) -> list[tuple[str, Decimal]]:
    rows = pq.read_table(out / f"proctoring__signals__{sitting}.parquet").to_pylist()
    return [(row["signal_type_code"], row["duration_seconds"]) for row in rows]


@pytest.mark.usefixtures("fake")
def test_a_video_and_its_sitting(recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(recording), "--sitting", "S1", "--out", str(tmp_path)]) == 0
    assert signals(tmp_path, "S1") == [("absence", Decimal(5))]
    shown = capsys.readouterr().out
    assert "S1: 1 signals, 15 frames looked at, 0.0 of 9.0 s unseen" in shown
    assert "1 of 1 sittings, 0 of them inconclusive" in shown


@pytest.mark.usefixtures("fake")
def test_manifests_all_or_chosen(recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [manifest(tmp_path, "A", str(recording)), manifest(tmp_path, "B", "lost.webm")]
    assert main(["run", *given, "--out", str(tmp_path / "all")]) == 0
    assert signals(tmp_path / "all", "B") == [("video_missing", Decimal(9))]
    shown = capsys.readouterr().out
    assert "B: a recording is missing" in shown
    assert "B: INCONCLUSIVE, of 9.0 s 9.0 could not be seen" in shown
    assert main(["run", *given, "--sitting", "A", "--out", str(tmp_path / "one")]) == 0
    assert {path.name for path in (tmp_path / "one").iterdir()} == {
        "proctoring__signals__A.parquet",
        "proctoring__coverage__A.parquet",
        "evidence",
        ".run",
    }


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{video}"], "as many sittings"),
        (["{video}", "--sitting", "A", "B"], "as many sittings"),
        (["{video}", "{video}", "--sitting", "A", "A"], "Two recordings"),
        (["typo.webm", "--sitting", "A"], "no file typo.webm"),
        (["typo.json"], "no file typo.json"),
        (["{video}", "--sitting", "a/b"], "cannot be a sitting's number"),
        (["{video}", "{manifest}", "--sitting", "A"], "not both"),
        (["{manifest}", "--sitting", "X"], "No manifest is about: X"),
        (["{manifest}", "--duration", "5"], "--duration is for video files"),
        (["{video}", "--sitting", "A", "--duration", "long"], "--duration must be"),
        (["{video}", "--sitting", "A", "--duration", "inf"], "--duration must be"),
        (["{folder}"], "no manifests (.json) in the folder"),
        (["{manifest}", "--config", "none.toml"], "none.toml cannot be read"),
        (["{manifest}", "--language", "de"], "no language “de”"),
    ],
)
def test_wrong_arguments_are_told_and_nothing_is_written(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    names = {
        "video": str(recording),
        "manifest": manifest(tmp_path, "A", str(recording)),
        "folder": str(tmp_path / "empty"),
    }
    filled = [argument.format(**names) for argument in arguments]
    assert main(["run", *filled, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_weights_it_says_what_to_set(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PROCTORING_WEIGHTS", "PROCTORING_WEIGHTS_SHA256", "PROCTORING_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    arguments = ["run", str(recording), "--sitting", "S1", "--out", str(tmp_path), "--language"]
    for language, said in (
        ("en", "No weights"),
        ("ru", "Веса модели не заданы"),
        ("kk", "салмақтары берілмеген"),
    ):
        assert main([*arguments, language]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.usefixtures("fake")
def test_a_failing_sitting_stops_no_other_and_asks_for_another_run(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out" / "proctoring__signals__A.parquet").mkdir(parents=True)  # cannot be replaced by a file
    given = [manifest(tmp_path, name, str(recording)) for name in ("A", "B")]
    assert main(["run", *given, "--out", str(tmp_path / "out")]) == 75
    told = capsys.readouterr()
    assert "A: not done" in told.err
    assert "1 of 2 sittings" in told.out
    assert signals(tmp_path / "out", "B") == [("absence", Decimal(5))]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Exit codes"), ("ru", "Коды выхода"), ("kk", "Шығу кодтары")]
)
def test_help_is_in_the_language_asked_for(
    language: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REZERV_LANGUAGE", language)
    with pytest.raises(SystemExit) as left:
        main(["run", "--help"])
    assert left.value.code == 0
    assert said in capsys.readouterr().out


def test_the_module_runs_and_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, runpy\nsys.argv = ['proctoring_jobs', '--help']\n"
        "try: runpy.run_module('proctoring_jobs', run_name='__main__')\n"
        "except SystemExit as left: code = left.code\n"
        "print(code, sorted({'torch', 'ultralytics', 'av', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.usefixtures("fake")
def test_a_second_run_does_nothing_and_says_the_same(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    manifest(folder, "A", str(recording))
    manifest(folder, "B", "lost.webm")
    arguments = ["run", str(folder), "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert main(arguments) == 0
    second = capsys.readouterr().out
    assert "A: already done: 1 signals, 15 frames looked at" in second
    assert "B: INCONCLUSIVE" in second
    assert "2 of 2 sittings, 1 of them inconclusive; 2 had been done before" in second
    assert sorted(second.replace("already done: ", "").splitlines()[:-1]) == sorted(first.splitlines()[:-1])
    assert main([*arguments, "--again"]) == 0
    assert "already done" not in capsys.readouterr().out


@pytest.mark.usefixtures("fake")
def test_a_sitting_that_cannot_be_done_is_told_and_stops_no_other(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = "tests.support.proctoring:broken_detector"
    monkeypatch.setattr(proctoring_jobs.worker, "DETECTOR_FACTORY", factory)
    given = [manifest(tmp_path, "A", str(recording)), manifest(tmp_path, "B", "lost.webm")]
    assert main(["run", *given, "--out", str(tmp_path / "out"), "--language", "ru"]) == 1
    told = capsys.readouterr()
    assert "A: не обработан: сбой программы (ZeroDivisionError)" in told.err
    assert "1 из 2 сеансов" in told.out
    assert signals(tmp_path / "out", "B") == [("video_missing", Decimal(9))]


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "cloud"], "The setting engine must be: local | ray"),
        (["--workers", "many"], "The setting workers must be: number"),
        (["--engine", "ray"], "There is no Ray cluster at 127.0.0.1:9"),
    ],
)
def test_an_engine_that_is_not_to_be_had_is_told(
    recording: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("PROCTORING_RAY_ADDRESS", "127.0.0.1:9")
    given = manifest(tmp_path, "A", str(recording))
    assert main(["run", given, "--out", str(tmp_path / "out"), *options]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("fake")
def test_a_plan_from_a_rate_that_an_earlier_run_measured(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    manifest(folder, "A", str(recording))
    plan = ["plan", str(folder), "--within-hours", "72", "--measured", str(tmp_path / "out"), "--language"]
    assert main([*plan, "en"]) == 2
    assert "has measured a rate" in capsys.readouterr().err
    assert main(["run", str(folder), "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    for language, said in (
        ("en", "Machines of 16 cores: 1."),
        ("ru", "Компьютеров по 16 ядер: 1."),
        ("kk", "16 ядролы компьютер саны: 1."),
    ):
        assert main([*plan, language]) == 0
        shown = capsys.readouterr().out
        assert said in shown
        assert str(tmp_path / "out") in shown


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--rate", "0.001"], 0, "Machines of 16 cores: 1. They need at most 3.2 of 4 hours."),
        (["--rate", "0.001", "--reserve", "0.1"], 0, "Reserve: 10% more"),
        (["--rate", "0.0005"], 2, "no number of machines is enough"),
        (["--rate", "fast"], 2, "--rate must be a number above 0, not “fast”"),
        (["--rate", "1", "--cores", "0"], 2, "--cores must be"),
        (["--rate", "1", "--reserve", "-1"], 2, "The setting plan_reserve must be"),
    ],
)
def test_a_plan_from_a_rate_that_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: int, said: str
) -> None:
    given = manifest(tmp_path, "A", "lost.webm")
    # 9 s of video, at a thousandth of an hour in an hour: 2.5 hours, or 3.25 with the reserve
    arguments = ["plan", given, "--within-hours", "4", "--language", "en", *options]
    assert main(arguments) == code
    told = capsys.readouterr()
    assert said in told.out + told.err
