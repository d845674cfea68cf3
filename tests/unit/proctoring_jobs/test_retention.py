from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from proctoring_jobs import retention_files
from proctoring_jobs.errors import ConfigInvalidError, ProctoringError, RetryableProctoringError
from proctoring_jobs.retention import Outcome, Terms, Verdict, delete_due, plan, verdict
from proctoring_jobs.retention_book import BOOK, RetentionBook, canonical
from proctoring_jobs.retention_files import Kind

NOW = datetime(2026, 2, 1)
BEFORE, AFTER = datetime(2026, 1, 31), datetime(2026, 2, 2)
BY = "A. Officer"
DUE = {Kind.RECORDINGS: BEFORE, Kind.EVIDENCE: BEFORE}


def terms(*known: str, due_at: Mapping[Kind, datetime] | None = None, **still_open: str) -> Terms:
    return Terms("2025-r7", DUE if due_at is None else due_at, frozenset(known), still_open)


class Home:
    """Recordings and results of sittings, as the platform and the runs leave them."""

    def __init__(self, folder: Path) -> None:
        self.recordings, self.out = folder / "recordings", folder / "proctoring"
        self.recordings.mkdir()
        self.out.mkdir()

    def sitting(self, sitting: str, *files: str, day: str = "day-1") -> None:
        folder = self.recordings / day
        folder.mkdir(exist_ok=True)
        self.manifest(sitting, *(files or (f"{sitting}.webm",)), day=day)
        for name in files or (f"{sitting}.webm",):
            (folder / name).write_bytes(f"video of {sitting}".encode())
        evidence = self.out / "evidence" / sitting
        evidence.mkdir(parents=True)
        for name in ("evidence.json", "SG-1.jpg"):
            (evidence / name).write_text(name)
        (self.out / f"proctoring__signals__{sitting}.parquet").write_bytes(b"signals")

    def manifest(self, sitting: str, *files: str, day: str = "day-1") -> Path:
        content = {"sitting_id": sitting, "duration_seconds": 60, "files": [{"path": name} for name in files]}
        path = self.recordings / day / f"{sitting}.json"
        path.write_text(json.dumps(content))
        return path

    def left(self) -> set[str]:
        """All files of both folders but the books and results."""
        found = {
            path.relative_to(root).as_posix()
            for root in (self.recordings, self.out)
            for path in root.rglob("*")
            if path.is_file() or path.is_symlink()
        }
        return {name for name in found if not name.startswith((".run", BOOK, "proctoring__"))}

    def delete(self, given: Terms, now: datetime = NOW) -> Outcome:
        return delete_due(self.recordings, self.out, given, now, BY)

    def lines(self) -> list[dict[str, Any]]:
        return RetentionBook(self.out).lines


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.sitting("S1", "S1-a.webm", "S1-b.webm")
    made.sitting("S2", day="day-2")
    return made


OF_S1 = {
    "day-1/S1.json",
    "day-1/S1-a.webm",
    "day-1/S1-b.webm",
    "evidence/S1/evidence.json",
    "evidence/S1/SG-1.jpg",
}
OF_S2 = {"day-2/S2.json", "day-2/S2.webm", "evidence/S2/evidence.json", "evidence/S2/SG-1.jpg"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (terms("S1"), Verdict.DUE),
        (terms("S1", due_at={Kind.RECORDINGS: NOW}), Verdict.DUE),
        (terms("S1", due_at={Kind.RECORDINGS: AFTER}), Verdict.NOT_YET),
        (terms("S1", due_at={}), Verdict.NOT_PUBLISHED),
        (terms("S1", due_at={Kind.EVIDENCE: BEFORE}), Verdict.NOT_PUBLISHED),
        (terms("S1", S1="signal"), Verdict.OPEN),
        (terms("S2"), Verdict.UNKNOWN),
        (terms("S2", S1="signal"), Verdict.UNKNOWN),
    ],
)
def test_only_what_is_known_settled_and_old_enough_is_due(given: Terms, expected: Verdict) -> None:
    assert verdict("S1", Kind.RECORDINGS, given, NOW) is expected


def test_what_is_due_is_deleted_and_nothing_else(home: Home) -> None:
    assert home.left() == OF_S1 | OF_S2
    outcome = home.delete(terms("S1", "S2", S2="decision"))
    assert outcome.problems == ()
    assert {(one.sitting_id, one.kind, one.count_files) for one in outcome.deleted} == {
        ("S1", Kind.RECORDINGS, 3),
        ("S1", Kind.EVIDENCE, 2),
    }
    assert home.left() == OF_S2
    assert not (home.recordings / "day-1").exists() and not (home.out / "evidence" / "S1").exists()
    assert (home.out / "proctoring__signals__S1.parquet").exists(), "what holds no picture stays"
    assert home.delete(terms("S1", "S2", S2="decision")) == Outcome((), ())


def test_recordings_and_evidence_have_days_of_their_own(home: Home) -> None:
    given = terms("S1", "S2", due_at={Kind.RECORDINGS: BEFORE, Kind.EVIDENCE: AFTER})
    home.delete(given)
    assert home.left() == {name for name in OF_S1 | OF_S2 if name.startswith("evidence/")}
    home.delete(given, AFTER)
    assert home.left() == set()


def test_the_book_says_what_was_deleted_and_that_nothing_is_left(home: Home) -> None:
    home.delete(terms("S1"))
    intents = [line for line in home.lines() if line["act"] == "intent"]
    done = [line for line in home.lines() if line["act"] == "done"]
    assert [line["act"] for line in home.lines()] == ["intent", "done", "intent", "done"]
    files = {file["path"]: (file["bytes"], file["sha256"]) for line in intents for file in line["files"]}
    assert files.keys() == OF_S1
    content = b"video of S1"
    assert files["day-1/S1-a.webm"] == (len(content), hashlib.sha256(content).hexdigest())
    for intent, answer in zip(intents, done, strict=True):
        assert (intent["by"], intent["sitting_id"], intent["basis"]) == (BY, "S1", "2025-r7")
        assert intent["list_sha256"] == hashlib.sha256(canonical(intent["files"])).hexdigest()
        assert (answer["intent"], answer["list_sha256"]) == (intent["number"], intent["list_sha256"])
        assert answer["bytes"] == sum(file["bytes"] for file in intent["files"])
        assert answer["count_files"] == len(intent["files"])
    assert intents[0]["files"][0]["path"] == "day-1/S1.json", "or a run would take the recordings for lost"


def test_looking_changes_nothing(home: Home) -> None:
    found = plan(home.recordings, home.out, terms("S1"), NOW)
    assert {(one.holding.sitting_id, one.holding.kind, one.verdict) for one in found.items} == {
        ("S1", Kind.RECORDINGS, Verdict.DUE),
        ("S1", Kind.EVIDENCE, Verdict.DUE),
        ("S2", Kind.RECORDINGS, Verdict.UNKNOWN),
        ("S2", Kind.EVIDENCE, Verdict.UNKNOWN),
    }
    assert sum(one.size_bytes for one in found.due if one.kind is Kind.EVIDENCE) == len(
        "evidence.jsonSG-1.jpg"
    )
    assert home.left() == OF_S1 | OF_S2
    assert not (home.out / BOOK).exists() and not (home.out / ".run").exists()


class Killed(BaseException):
    """The process is gone."""


def dies_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process die before it deletes one file more than so many."""
    left = [None] * count

    def remove(root: Path, place: str) -> None:
        if not left:
            raise Killed
        left.pop()
        retention_files.remove(root, place)

    monkeypatch.setattr("proctoring_jobs.retention.remove", remove)


@pytest.mark.parametrize(
    ("deleted", "interrupted", "completed"),
    [
        (0, Kind.RECORDINGS, [True, False]),
        (1, Kind.RECORDINGS, [True, False]),
        (2, Kind.RECORDINGS, [True, False]),
        (3, Kind.EVIDENCE, [True]),
        (4, Kind.EVIDENCE, [True]),
    ],
)
def test_a_deletion_that_was_killed_is_completed(
    home: Home, monkeypatch: pytest.MonkeyPatch, deleted: int, interrupted: Kind, completed: list[bool]
) -> None:
    with monkeypatch.context() as patched:
        dies_after(deleted, patched)
        with pytest.raises(Killed):
            home.delete(terms("S1"))
    assert len(home.left() & OF_S1) == 5 - deleted
    assert plan(home.recordings, home.out, terms("S1"), NOW).interrupted == (("S1", interrupted),)
    outcome = home.delete(terms("S1"))
    assert outcome.problems == ()
    assert [one.is_completed for one in outcome.deleted] == completed
    assert home.left() == OF_S2
    lines = home.lines()
    answered = [line["intent"] for line in lines if line["act"] == "done"]
    assert answered == [line["number"] for line in lines if line["act"] == "intent"]
    assert plan(home.recordings, home.out, terms("S1"), NOW).interrupted == ()


def test_a_deletion_that_was_killed_before_its_last_word_is_completed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RetentionBook.append

    def append(book: RetentionBook, **content: Any) -> dict[str, Any]:
        if content["act"] == "done":
            raise Killed
        return real(book, **content)

    with monkeypatch.context() as patched:
        patched.setattr(RetentionBook, "append", append)
        with pytest.raises(Killed):
            home.delete(terms("S1"))
    outcome = home.delete(terms("S1"))
    assert [(one.kind, one.count_files, one.is_completed) for one in outcome.deleted] == [
        (Kind.RECORDINGS, 3, True),
        (Kind.EVIDENCE, 2, False),
    ]


def killed_after_one_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        dies_after(1, patched)
        with pytest.raises(Killed):
            home.delete(terms("S1"))


def test_what_was_opened_meanwhile_is_not_completed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_after_one_file(home, monkeypatch)
    before = home.left()
    outcome = home.delete(terms("S1", S1="claim"))
    assert outcome.deleted == ()
    assert [(one.sitting_id, one.message_key) for one in outcome.problems] == [
        ("S1", "retention_interrupted")
    ]
    assert home.left() == before


def test_a_file_that_came_in_its_place_is_not_deleted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_after_one_file(home, monkeypatch)
    (home.recordings / "day-1" / "S1-b.webm").write_bytes(b"something else")
    outcome = home.delete(terms("S1"))
    assert [one.message_key for one in outcome.problems] == ["retention_changed"]
    assert {"day-1/S1-a.webm", "day-1/S1-b.webm"} <= home.left()


def test_storage_that_is_gone_is_not_taken_for_deleted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_after_one_file(home, monkeypatch)
    home.recordings.rename(home.recordings.with_name("unmounted"))
    outcome = home.delete(terms("S1"))
    assert [one.message_key for one in outcome.problems] == ["retention_no_folder"]
    assert [line["act"] for line in home.lines() if line["what"] == "recordings"] == ["intent"]


def outside(home: Home, tmp_path: Path) -> None:
    (tmp_path / "outside.webm").write_bytes(b"not ours")
    home.manifest("S1", "S1-a.webm", "../../outside.webm")


def absolute(home: Home, tmp_path: Path) -> None:
    (tmp_path / "outside.webm").write_bytes(b"not ours")
    home.manifest("S1", str(tmp_path / "outside.webm"))


def linked_file(home: Home, tmp_path: Path) -> None:
    (tmp_path / "outside.webm").write_bytes(b"not ours")
    (home.recordings / "day-1" / "S1-a.webm").unlink()
    (home.recordings / "day-1" / "S1-a.webm").symlink_to(tmp_path / "outside.webm")


def linked_folder(home: Home, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "outside.webm").write_bytes(b"not ours")
    (home.recordings / "day-1" / "link").symlink_to(tmp_path / "elsewhere")
    home.manifest("S1", "link/outside.webm")


def through_a_link_and_back(home: Home, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "inner").mkdir(parents=True)
    (tmp_path / "elsewhere" / "outside.webm").write_bytes(b"not ours")
    (home.recordings / "day-1" / "link").symlink_to(tmp_path / "elsewhere" / "inner")
    home.manifest("S1", "link/../outside.webm")


def a_circle(home: Home, tmp_path: Path) -> None:
    (home.recordings / "day-1" / "S1-a.webm").unlink()
    (home.recordings / "day-1" / "S1-a.webm").symlink_to("S1-a.webm")


def a_folder(home: Home, tmp_path: Path) -> None:
    home.manifest("S1", "../day-2")


def of_two_sittings(home: Home, tmp_path: Path) -> None:
    home.manifest("S2", "../day-1/S1-a.webm", day="day-2")


def the_manifest_of_another(home: Home, tmp_path: Path) -> None:
    home.manifest("S2", "../day-1/S1.json", day="day-2")


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (outside, "retention_outside"),
        (absolute, "retention_outside"),
        (linked_file, "retention_link"),
        (linked_folder, "retention_link"),
        (through_a_link_and_back, "retention_link"),
        (a_circle, "retention_link"),
        (a_folder, "retention_link"),
        (of_two_sittings, "retention_shared"),
        (the_manifest_of_another, "retention_shared"),
    ],
)
def test_nothing_outside_and_no_link_is_touched(home: Home, tmp_path: Path, make: Any, key: str) -> None:
    make(home, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.webm") if path.is_file()}
    outcome = home.delete(terms("S1", S2="signal"))
    assert [(one.sitting_id, one.kind, one.message_key) for one in outcome.problems] == [
        ("S1", Kind.RECORDINGS, key)
    ]
    assert [(one.sitting_id, one.kind) for one in outcome.deleted] == [("S1", Kind.EVIDENCE)]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.webm") if path.is_file()} == before


def test_links_in_the_evidence_are_not_followed(home: Home, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "kept.txt").write_text("kept")
    (home.out / "evidence" / "S1" / "more").symlink_to(tmp_path / "secret")
    (home.out / "evidence" / "S3").symlink_to(tmp_path / "secret")
    outcome = home.delete(terms("S1", "S3"))
    assert sorted((one.sitting_id, one.message_key) for one in outcome.problems) == [
        ("S1", "retention_link"),
        ("S3", "retention_link"),
    ]
    assert (tmp_path / "secret" / "kept.txt").read_text() == "kept"
    assert {"evidence/S1/evidence.json", "evidence/S1/SG-1.jpg"} <= home.left()


def test_a_folder_that_becomes_a_link_after_the_look_is_not_followed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = retention_files.remove

    def exchange(root: Path, place: str) -> None:
        if place == "day-1/S1.json":
            (home.recordings / "day-1").rename(tmp_path / "moved")
            (home.recordings / "day-1").symlink_to(tmp_path / "moved")
        real(root, place)

    monkeypatch.setattr("proctoring_jobs.retention.remove", exchange)
    outcome = home.delete(terms("S1"))
    assert [one.message_key for one in outcome.problems] == ["retention_link"]
    assert len(list((tmp_path / "moved").iterdir())) == 3


def test_evidence_that_is_all_a_link_is_refused(home: Home, tmp_path: Path) -> None:
    (home.out / "evidence").rename(tmp_path / "moved")
    (home.out / "evidence").symlink_to(tmp_path / "moved")
    found = plan(home.recordings, home.out, terms("S1"), NOW)
    (one,) = (one for one in found.items if one.holding.kind is Kind.EVIDENCE)
    assert (one.verdict, one.holding.problem) == (Verdict.UNKNOWN, "retention_link")
    home.delete(terms("S1", "evidence"))
    assert len(list((tmp_path / "moved").rglob("*.jpg"))) == 2


def test_what_killed_runs_left_of_the_evidence_goes_with_it(home: Home) -> None:
    half = home.out / "evidence" / ".S1.0a1b2c3d.tmp"
    (half / "deeper").mkdir(parents=True)
    (half / "SG-2.jpg").write_bytes(b"a face")
    home.delete(terms("S1"))
    assert not half.exists() and home.left() == OF_S2


def test_a_lost_recording_keeps_the_rest_from_nothing(home: Home) -> None:
    (home.recordings / "day-1" / "S1-a.webm").unlink()
    outcome = home.delete(terms("S1"))
    assert outcome.problems == () and home.left() == OF_S2


def test_files_that_no_manifest_names_are_told_and_stay(home: Home) -> None:
    (home.recordings / "day-1" / "forgotten.webm").write_bytes(b"video")
    (home.recordings / "day-2" / "bad.json").write_text("{")
    found = plan(home.recordings, home.out, terms("S1"), NOW)
    assert [path.name for path in found.strays] == ["forgotten.webm", "bad.json"]
    home.delete(terms("S1", "S2"))
    assert home.left() == {"day-1/forgotten.webm", "day-2/bad.json"}


def test_files_that_are_left_are_no_deletion(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proctoring_jobs.retention.remove", lambda root, place: None)
    outcome = home.delete(terms("S1"))
    assert {one.message_key for one in outcome.problems} == {"retention_left"}
    assert {line["act"] for line in home.lines()} == {"intent"}


def test_a_file_that_cannot_be_read_keeps_no_other(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = retention_files.fact_of

    def fail(root: Path, place: str) -> dict[str, str | int]:
        if place == "day-1/S1-a.webm":
            raise PermissionError(13, "Permission denied")
        return real(root, place)

    monkeypatch.setattr("proctoring_jobs.retention.fact_of", fail)
    outcome = home.delete(terms("S1", "S2"))
    (problem,) = outcome.problems
    assert (problem.sitting_id, problem.message_key) == ("S1", "storage_failed")
    assert problem.params["detail"] == "Permission denied"
    assert home.left() == {"day-1/S1.json", "day-1/S1-a.webm", "day-1/S1-b.webm"}


def test_a_changed_book_stops_everything(home: Home) -> None:
    home.delete(terms("S1"))
    book = home.out / BOOK
    book.write_text(book.read_text().replace(BY, "B. Other"))
    for attempt in (
        lambda: home.delete(terms("S2")),
        lambda: plan(home.recordings, home.out, terms("S2"), NOW),
    ):
        with pytest.raises(ProctoringError, match="retention_book_broken"):
            attempt()
    assert home.left() == OF_S2


def test_neither_folder_may_lie_in_the_other(home: Home) -> None:
    for recordings, out in (
        (home.out / "inner", home.out),
        (home.recordings, home.recordings / "inner"),
        (home.out, home.out),
    ):
        with pytest.raises(ConfigInvalidError, match="retention_nested"):
            delete_due(recordings, out, terms("S1"), NOW, BY)
    assert home.left() == OF_S1 | OF_S2


def test_two_deletions_do_not_go_on_at_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr("proctoring_jobs.retention.LOCK_SECONDS", 0.05)
    (home.out / ".run").mkdir()
    lock = FileLock(str(home.out / ".run" / "retention.lock"))
    with lock, pytest.raises(RetryableProctoringError, match="retention_running"):
        home.delete(terms("S1"))
    assert home.left() == OF_S1 | OF_S2


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    found = plan(tmp_path / "none", tmp_path / "neither", terms("S1"), NOW)
    assert (found.items, found.interrupted, found.strays, found.count_lines) == ((), (), (), 0)
