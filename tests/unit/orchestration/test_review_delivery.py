"""Verdicts of reviewers on their way to the landing folder: each once, whatever is killed or run twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboards.reviews import ReviewBook, Waiting
from orchestration import review_delivery
from orchestration.assignment.books import BOOK_NAME
from orchestration.delivery import deliver_books
from orchestration.errors import OrchestrationError
from orchestration.review_delivery import COLUMNS, deliver_reviews, reviews_folder, reviews_held
from orchestration.settings import Settings

NOTE = "Айгүл says so"


def judge(settings: Settings, *numbers: int, who: str = "a@example.kz") -> str:
    """So many first verdicts of somebody; their code."""
    book = ReviewBook(reviews_folder(settings))
    code = book.reviewer_code(who)
    for number in numbers:
        claim = book.take(code, [[Waiting(f"s{number}", is_open=True)]])
        assert claim is not None
        book.judge(code, claim.signal_id, "S1", "confirmed", "left_frame", NOTE)
    return code


def landed(settings: Settings) -> list[dict[str, object]]:
    """All rows that wait in the landing folder, file by file."""
    files = sorted(settings.landing_dir.glob("*/proctoring__reviews__*.jsonl"), key=lambda path: path.name)
    return [json.loads(line) for path in files for line in path.read_text().splitlines()]


def test_without_a_book_nothing_is_delivered_or_made(settings: Settings) -> None:
    assert deliver_books(settings) == []
    assert not reviews_folder(settings).exists()
    assert reviews_held(settings).count_reviewers == 0


def test_every_verdict_goes_out_once_and_without_its_note(settings: Settings) -> None:
    code = judge(settings, 1, 2)
    [first] = deliver_books(settings)
    assert first.name == "proctoring__reviews__0001.jsonl"
    assert deliver_books(settings) == []
    judge(settings, 3)
    [second] = deliver_books(settings)
    assert second.name == "proctoring__reviews__0002.jsonl"
    rows = landed(settings)
    assert [row["signal_id"] for row in rows] == ["s1", "s2", "s3"]
    assert all(tuple(row) == COLUMNS and row["reviewer_code"] == code for row in rows)
    written = first.read_text() + second.read_text()
    assert NOTE not in written and "example.kz" not in written
    assert datetime.fromisoformat(str(rows[0]["reviewed_at"])).tzinfo is not None


def test_who_was_killed_after_the_line_writes_the_same_file(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(settings, 1)
    with monkeypatch.context() as broken:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        broken.setattr("orchestration.delivery.write_delivery", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver_reviews(settings)
    assert landed(settings) == []
    judge(settings, 2)
    assert [path.name[-10:-6] for path in deliver_reviews(settings)] == ["0001", "0002"]
    assert [row["signal_id"] for row in landed(settings)] == ["s1", "s2"]


def test_who_was_killed_within_the_line_loses_nothing(settings: Settings) -> None:
    judge(settings, 1)
    deliver_reviews(settings)
    judge(settings, 2)
    with (reviews_folder(settings) / BOOK_NAME).open("ab") as book:
        book.write(b'{"delivery_no": 2, "first')
    deliver_reviews(settings)
    assert [row["signal_id"] for row in landed(settings)] == ["s1", "s2"]


def test_unasked_verdicts_wait_for_the_next_delivery(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(settings, 1)
    assert len(deliver_books(settings, is_unasked=True)) == 1
    judge(settings, 2)
    assert deliver_books(settings, is_unasked=True) == []
    assert reviews_held(settings).count_undelivered == 1

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(minutes=review_delivery.UNASKED_MINUTES, seconds=1)

    monkeypatch.setattr(review_delivery, "datetime", Later)
    assert len(deliver_books(settings, is_unasked=True)) == 1


def test_a_book_that_was_changed_is_not_delivered(settings: Settings) -> None:
    import sqlite3

    judge(settings, 1)
    [path] = deliver_reviews(settings)
    path.unlink()
    with sqlite3.connect(reviews_folder(settings) / review_delivery.REVIEWS_NAME) as book:
        book.execute("drop trigger verdicts_are_not_changed")
        book.execute("update verdicts set verdict_code = 'dismissed'")
    with pytest.raises(OrchestrationError) as error:
        deliver_reviews(settings)
    assert error.value.message_key == "error.reviews_changed"


def test_what_is_no_book_is_said(settings: Settings) -> None:
    folder: Path = reviews_folder(settings)
    folder.mkdir(parents=True)
    (folder / review_delivery.REVIEWS_NAME).write_bytes(b"not a database at all, whatever its name says" * 20)
    with pytest.raises(OrchestrationError) as error:
        deliver_reviews(settings)
    assert error.value.message_key == "error.reviews_unreadable"


def test_what_the_book_holds_is_counted(settings: Settings) -> None:
    judge(settings, 1, 2)
    other = ReviewBook(reviews_folder(settings))
    code = other.reviewer_code("b@example.kz")
    other.take(code, [[Waiting("s1", is_open=True)]])
    other.judge(code, "s1", "S1", "dismissed", "nothing_seen")
    other.take(code, [[Waiting("s9", is_open=True)]])
    held = reviews_held(settings)
    assert held.verdicts == {(1, "confirmed"): 2, (2, "dismissed"): 1}
    assert (held.count_claims, held.count_reviewers, held.count_undelivered) == (1, 2, 3)
    assert held.last_delivered_at is None
    deliver_reviews(settings)
    assert reviews_held(settings).count_undelivered == 0
