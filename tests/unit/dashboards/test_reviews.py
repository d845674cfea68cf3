from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboards.reviews import (
    CLAIM_MINUTES,
    AlreadyJudged,
    BookUnavailable,
    ClaimLost,
    ReviewBook,
    Waiting,
)

NOW = datetime(2025, 8, 5, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=CLAIM_MINUTES, seconds=1)


def queue(*numbers: int) -> list[list[Waiting]]:
    """Signals without a review, two a piece."""
    items = [Waiting(f"s{number:03d}", is_open=True) for number in numbers]
    return [items[at : at + 2] for at in range(0, len(items), 2)]


@pytest.fixture
def book(tmp_path: Path) -> ReviewBook:
    return ReviewBook(tmp_path / "reviews")


def give(
    book: ReviewBook, who: str, item: str, verdict: str = "confirmed", reason: str = "left_frame"
) -> None:
    book.judge(who, item, "S1", verdict, reason, now=NOW)


def test_a_code_names_nobody_and_stays(book: ReviewBook) -> None:
    code = book.reviewer_code("aigerim@example.kz")
    assert re.fullmatch(r"PR-[BCDFGHJKLMNPQRSTVWXZ]{8}", code)
    assert book.reviewer_code("aigerim@example.kz") == code
    assert book.reviewer_code("other@example.kz") != code


def test_only_the_owner_reads_the_book(book: ReviewBook) -> None:
    book.reviewer_code("a")
    assert stat.S_IMODE(book.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(book.file.stat().st_mode) == 0o600


def test_the_first_that_nobody_holds_is_taken_and_no_more_is_read(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    first = book.take(one, queue(1, 2, 3), NOW)
    assert first is not None and (first.signal_id, first.review_round) == ("s001", 1)

    def pieces():
        yield from queue(1, 2)
        raise AssertionError("more was read than was needed")

    second = book.take(two, pieces(), NOW)
    assert second is not None and second.signal_id == "s002"
    again = book.take(one, queue(2, 3), NOW)
    assert again == first, "what somebody holds comes back to them"


def test_a_claim_runs_out_for_others_and_not_for_its_owner(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    book.take(one, queue(1), NOW)
    assert book.take(two, queue(1), NOW + timedelta(minutes=CLAIM_MINUTES - 1)) is None
    held = book.held(one, LATER)
    assert held is not None and held.signal_id == "s001"
    assert book.take(two, queue(1), LATER) is None, "coming back made it longer"
    assert book.take(two, queue(1), LATER + timedelta(minutes=CLAIM_MINUTES, seconds=1)) is not None
    assert book.held(one, LATER) is None


def test_a_verdict_after_the_claim_was_lost_is_refused(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    book.take(one, queue(1), NOW)
    book.take(two, queue(1), LATER)
    with pytest.raises(ClaimLost):
        give(book, one, "s001")
    assert book.mine(one) == []
    give(book, two, "s001")
    assert [one.signal_id for one in book.mine(two)] == ["s001"]


def test_a_verdict_on_an_expired_claim_that_nobody_took_counts(book: ReviewBook) -> None:
    one = book.reviewer_code("a")
    book.take(one, queue(1), NOW)
    book.judge(one, "s001", "S1", "confirmed", "left_frame", now=LATER)
    assert len(book.mine(one)) == 1


def test_a_verdict_twice_is_one_and_another_is_refused(book: ReviewBook) -> None:
    one = book.reviewer_code("a")
    book.take(one, queue(1, 2), NOW)
    give(book, one, "s001")
    give(book, one, "s001")
    assert len(book.mine(one)) == 1
    with pytest.raises(AlreadyJudged):
        give(book, one, "s001", "dismissed", "nothing_seen")
    with pytest.raises(ValueError, match="perhaps"):
        give(book, one, "s001", "perhaps")
    assert book.mine(one)[0].verdict_code == "confirmed"


def test_nobody_makes_both_rounds(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    book.take(one, queue(1), NOW)
    give(book, one, "s001")
    assert book.take(one, queue(1), NOW) is None
    second = book.take(two, queue(1), NOW)
    assert second is not None and second.review_round == 2
    give(book, two, "s001", "dismissed", "nothing_seen")
    assert book.take(book.reviewer_code("c"), queue(1), NOW) is None, "two are enough"


def test_what_the_first_dismisses_is_done_with(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    book.take(one, queue(1), NOW)
    give(book, one, "s001", "dismissed", "nothing_seen")
    assert book.take(two, queue(1), NOW) is None


def test_a_first_review_that_came_as_a_feed_is_respected(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    landed = [[Waiting("s001", is_open=False, first_reviewer_code=one)]]
    assert book.take(one, landed, NOW) is None
    claim = book.take(two, landed, NOW)
    assert claim is not None and claim.review_round == 2


def test_what_is_put_back_comes_last_for_whoever_put_it_back(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    book.take(one, queue(1, 2, 3), NOW)
    book.put_back(one, "s001", NOW)
    book.put_back(two, "s001", NOW)
    taken = book.take(one, queue(1, 2, 3), NOW)
    assert taken is not None and taken.signal_id == "s002"
    other = book.take(two, queue(1, 2, 3), NOW)
    assert other is not None and other.signal_id == "s001", "what one never held one cannot put back"
    give(book, one, "s002")
    book.put_back(two, "s001", NOW)
    assert (claim := book.take(one, queue(1), NOW)) is not None and claim.signal_id == "s001"


def test_the_other_verdict_is_seen_after_ones_own(book: ReviewBook) -> None:
    one, two = book.reviewer_code("a"), book.reviewer_code("b")
    book.take(one, queue(1), NOW)
    give(book, one, "s001")
    book.take(two, queue(1), NOW)
    assert book.others(two) == {}
    give(book, two, "s001", "inconclusive", "not_visible")
    assert book.others(two)["s001"].verdict_code == "confirmed"
    assert book.others(one)["s001"].verdict_code == "inconclusive"


def test_verdicts_are_neither_changed_nor_deleted(book: ReviewBook) -> None:
    one = book.reviewer_code("a")
    book.take(one, queue(1), NOW)
    give(book, one, "s001")
    with sqlite3.connect(book.file) as connection:
        for sql in ("update verdicts set verdict_code = 'dismissed'", "delete from verdicts"):
            with pytest.raises(sqlite3.IntegrityError, match="only appended"):
                connection.execute(sql)
    assert book.mine(one)[0].verdict_code == "confirmed"


def test_verdicts_after_a_moment_are_counted(book: ReviewBook) -> None:
    one = book.reviewer_code("a")
    for number in (1, 2):
        book.take(one, queue(number), NOW)
        give(book, one, f"s{number:03d}")
    naive = NOW.replace(tzinfo=None)
    assert book.count_since(naive - timedelta(seconds=1)) == 2
    assert book.count_since(naive) == 0


def test_a_book_that_is_none_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "reviews"
    folder.mkdir()
    (folder / "reviews.sqlite").write_bytes(b"not a database, but long enough to be taken for one" * 9)
    with pytest.raises(BookUnavailable):
        ReviewBook(folder).reviewer_code("a")


def _review_all(folder: str, identity: str, count: int, results: multiprocessing.Queue) -> None:
    book = ReviewBook(Path(folder))
    code = book.reviewer_code(identity)
    taken = []
    while (claim := book.take(code, queue(*range(count)))) is not None:
        book.judge(code, claim.signal_id, "S1", "dismissed", "nothing_seen")
        taken.append(claim.signal_id)
    results.put(taken)


def test_two_reviewers_at_once_never_take_the_same(tmp_path: Path) -> None:
    count, context = 200, multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [
        context.Process(target=_review_all, args=(str(tmp_path / "reviews"), name, count, results))
        for name in ("a", "b")
    ]
    for worker in workers:
        worker.start()
    taken = [results.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(timeout=30)
    assert Counter(item for one in taken for item in one) == Counter(f"s{n:03d}" for n in range(count))
    assert all(taken), "each of them got something"


_WRITER = """
import sys
from pathlib import Path
from dashboards.reviews import ReviewBook, Waiting
book = ReviewBook(Path(sys.argv[1]))
code = book.reviewer_code("a")
for number in range(int(sys.argv[2]), 10**6):
    item = f"s{number}"
    book.take(code, [[Waiting(item, True)]])
    book.judge(code, item, "S1", "confirmed", "left_frame", "n" * 400)
    print(item, flush=True)
"""


def test_a_killed_app_leaves_whole_verdicts_only(tmp_path: Path) -> None:
    folder, said = tmp_path / "reviews", tmp_path / "said.txt"
    root = Path(__file__).parents[3]
    begin = 0
    for _ in range(3):
        with said.open("ab") as out:
            worker = subprocess.Popen(
                [sys.executable, "-c", _WRITER, str(folder), str(begin)], stdout=out, cwd=root
            )
            deadline = time.monotonic() + 60
            size = said.stat().st_size
            while said.stat().st_size < size + 40 and time.monotonic() < deadline:
                time.sleep(0.02)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        book = ReviewBook(folder)
        mine = {one.signal_id: one for one in book.mine(book.reviewer_code("a"))}
        confirmed = [line for line in said.read_text().split("\n")[:-1] if line]
        assert confirmed and set(confirmed) <= set(mine), "what was said to be recorded is there"
        assert all(one.note == "n" * 400 and one.review_reason_code for one in mine.values())
        with sqlite3.connect(folder / "reviews.sqlite") as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert len(mine) > begin, "it was killed while it wrote"
        begin = len(mine)
