"""What `rezerv proctoring …` says: on a made-up release, without one, on an older one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.cli import run
from orchestration.proctoring_console import clock, hours, share
from orchestration.texts import LANGUAGES, texts_of
from tests.support.fake_proctoring import ROWS, write_proctoring
from tests.support.fake_release import write_pointer, write_release

COMMANDS = (("proctoring", "queue"), ("proctoring", "decisions"), ("proctoring", "progress", "--groups"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a release in which proctoring has something to say, of two seasons."""
    for name in ("REZERV_LANGUAGE", "REZERV_AS_OF", "REZERV_RELEASES_DIR", "REZERV_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REZERV_HOME", str(tmp_path))
    monkeypatch.setattr("orchestration.console.PLAIN_WIDTH", 200)
    file = write_release(tmp_path / "releases", "2025-r0042", size=120, published=3)
    write_pointer(tmp_path / "releases", file)
    with _written(tmp_path) as connection:
        write_proctoring(connection)
        write_proctoring(connection, season="2026")
    return tmp_path


def _written(home: Path) -> duckdb.DuckDBPyConnection:
    (file,) = (home / "releases").glob("*.duckdb")
    file.chmod(0o600)
    return duckdb.connect(str(file))


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return " ".join((shown.out if code == 0 or shown.out else shown.err).split())


def test_the_queue_is_told_in_order_and_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "proctoring", "queue")
    places = [shown.index(number) for number in ("SG-1", "SG-2", "SG-3")]
    assert places == sorted(places)
    assert all(shown.count(number) == 1 for number in ("SG-1", "SG-2", "SG-3"))
    assert "S-1 Mobile phone SG-1 high Awaits a reviewer – 2025-08-08 00:00 1:05 0:12" in shown
    assert "SG-2 low Awaits the second reviewer PR-07" in shown
    assert "R25-" not in shown, "reviewers need no candidate numbers"


def test_the_queue_can_be_narrowed_and_cut(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of_stage = said(capsys, "proctoring", "queue", "--stage", "situational")
    assert "SG-3" in of_stage and "SG-1" not in of_stage
    cut = said(capsys, "proctoring", "queue", "--limit", "1")
    assert "SG-1" in cut and "SG-2" not in cut and "2 more lines" in cut
    assert "SG-3" in said(capsys, "proctoring", "queue", "--limit", "0")


def test_decisions_come_by_list_and_reason(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "proctoring", "decisions")
    places = [shown.index(f"R25-00000{number}") for number in (5, 4, 6)]
    assert places == sorted(places)
    assert "S-5 Signal confirmed by both reviewers 2025-08-08 00:00 2025-08-08 09:00 2" in shown
    assert "S-4 Recording not gone through in time 2025-08-08 00:00 2025-08-08 09:00 –" in shown
    assert "1 more lines" in said(capsys, "proctoring", "decisions", "--limit", "2")
    assert "R25-000004" not in said(capsys, "proctoring", "decisions", "--stage", "situational")


def test_progress_tells_hours_and_rates(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "proctoring", "progress")
    numbers = "2025-08-08 00:00 1 200 1 198 3 2 0 500.0 497.5 495.0 99.5 % 5"
    assert shown.count(numbers) == 2, "of both stages of this season"
    assert "Mobile phone 9 1 0 7 1 0 0 12.5 %" in shown
    assert "Book or notes 1 0 0 0 0 0 1 –" in shown, "nothing was judged"
    assert texts_of("en")("proctoring.groups_title") not in shown
    groups = said(capsys, "proctoring", "progress", "--groups", "--stage", "text_test")
    assert "Language kk 600 75 12.5 % 2" in groups
    assert "Region – 600 75 12.5 % 2" in groups


def test_when_nothing_waits_it_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _written(home) as connection:
        for name in ROWS:
            if name != "rpt_proctoring_progress":
                connection.execute(f"delete from reporting.{name}")
    texts = texts_of("en")
    assert texts("proctoring.no_queue") in said(capsys, "proctoring", "queue")
    assert texts("proctoring.no_decisions") in said(capsys, "proctoring", "decisions")
    assert texts("proctoring.no_signals") in said(capsys, "proctoring", "progress")


@pytest.mark.parametrize("command", ["queue", "decisions", "progress"])
def test_a_stage_that_is_not_recorded_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    shown = said(capsys, "proctoring", command, "--stage", "interview", code=2)
    assert "interview" in shown and "situational, text_test" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_said_in_the_language(home: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    texts = texts_of(language)
    queue = said(capsys, "proctoring", "queue", "--lang", language)
    assert texts("proctoring.severity_high") in queue and texts("proctoring.col_not_by").split()[0] in queue
    decisions = said(capsys, "proctoring", "decisions", "--lang", language)
    assert texts("proctoring.decisions_signs")[:30] in decisions
    progress = said(capsys, "proctoring", "progress", "--groups", "--lang", language)
    assert texts("proctoring.group_region") in progress
    english = "Mobile phone"
    assert (english in queue) == (english in progress) == (language == "en")


def test_seconds_and_shares_are_rounded_half_up() -> None:
    assert clock(Decimal("3725.9")) == "62:05"
    assert hours(Decimal("180")) == "0.1", "0.05 hours"
    assert share(1, 8) == "12.5 %" and share(Decimal("0.5"), 1000) == "0.1 %"
    assert share(0, 0) == "–"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_a_release_it_is_asked_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
) -> None:
    monkeypatch.setenv("REZERV_HOME", str(tmp_path / "empty"))
    assert "release" in said(capsys, *command, code=2)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_release_of_an_older_build_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    with _written(home) as connection:
        connection.execute("drop table reporting.rpt_proctoring_queue")
    shown = said(capsys, *command, code=1)
    assert "2025-r0042" in shown and "reporting.rpt_proctoring_queue" in shown
