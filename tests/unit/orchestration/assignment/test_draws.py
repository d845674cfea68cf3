"""Committing to a draw, dealing it, drawing again for who came later; and running a book again."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.assignment.books import BOOK_NAME, append, read_book
from orchestration.assignment.draw_verification import verify_book
from orchestration.assignment.draws import commit, draws_folder, list_file, read_draws, reveal
from orchestration.errors import OrchestrationError, UserError
from orchestration.ledger import canonical
from orchestration.settings import Settings
from tests.support.assignments import STAGE, Situation, candidate_no, write_situation
from tests.unit.orchestration.assignment.conftest import BOTH, EXPERTS

WHO = "A. Engineer, Agency"


def seed_file(settings: Settings, draw_no: int = 1) -> Path:
    return draws_folder(settings) / "seeds" / f"{draw_no:04d}.seed"


def dealt(settings: Settings, draw_no: int = 1) -> dict[str, str]:
    rows = list_file(draws_folder(settings), draw_no, "dealt").read_text().splitlines()[1:]
    return dict(row.split(",") for row in rows)


def finding(settings: Settings) -> str | None:
    found = verify_book(draws_folder(settings) / BOOK_NAME).finding
    return found.code if found else None


def failure(act: Callable[[], object]) -> OrchestrationError:
    with pytest.raises(OrchestrationError) as caught:
        act()
    return caught.value


def test_the_book_holds_the_hash_of_a_seed_that_only_its_owner_reads(settings: Settings) -> None:
    draw = commit(settings, STAGE, WHO)
    file = seed_file(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    seed = file.read_bytes()
    assert len(seed) == 64
    assert hashlib.sha256(seed).hexdigest() == draw.committed["seed_hash"]
    assert seed not in (draws_folder(settings) / BOOK_NAME).read_bytes()
    assert draw.committed["made_by"] == WHO
    assert draw.committed["count_candidates"] == 14


def test_two_homes_never_draw_the_same_seed(settings: Settings) -> None:
    first = commit(settings, STAGE, WHO).committed["seed_hash"]
    for file in sorted(draws_folder(settings).rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    assert commit(settings, STAGE, WHO).committed["seed_hash"] != first


def test_everybody_gets_a_case_of_the_track_and_the_seed_is_revealed(settings: Settings) -> None:
    commit(settings, STAGE, WHO)
    draw = reveal(settings, STAGE)
    assert draw.revealed is not None
    assert draw.revealed["seed"] == seed_file(settings).read_text()
    cases = dealt(settings)
    assert set(cases) == {candidate_no(track, n) for track, count in BOTH.items() for n in range(count)}
    assert all(cases[candidate_no("agro", n)].startswith("CASE-AGR-") for n in range(8))
    assert finding(settings) is None


def test_dealing_again_changes_nothing(settings: Settings) -> None:
    commit(settings, STAGE, WHO)
    reveal(settings, STAGE)
    book, before = (draws_folder(settings) / BOOK_NAME).read_bytes(), dealt(settings)
    reveal(settings, STAGE)
    assert ((draws_folder(settings) / BOOK_NAME).read_bytes(), dealt(settings)) == (book, before)


def test_who_came_later_is_drawn_by_a_commitment_of_their_own(settings: Settings) -> None:
    commit(settings, STAGE, WHO)
    reveal(settings, STAGE)
    before = list_file(draws_folder(settings), 1, "dealt").read_bytes()
    write_situation(settings, Situation({"agro": 10, "digital": 6}, EXPERTS))
    later = commit(settings, STAGE, WHO)
    assert later.committed["count_candidates"] == 2
    assert later.committed["seed_hash"] != read_draws(settings)[0].committed["seed_hash"]
    reveal(settings, STAGE)
    assert set(dealt(settings, 2)) == {candidate_no("agro", 8), candidate_no("agro", 9)}
    assert list_file(draws_folder(settings), 1, "dealt").read_bytes() == before
    assert finding(settings) is None


@pytest.mark.parametrize("status", ["annulled", "excluded", "withdrawn"])
def test_who_is_out_for_good_is_not_drawn(settings: Settings, status: str) -> None:
    write_situation(settings, Situation(BOTH, EXPERTS, out={candidate_no("agro", 0): status}))
    assert commit(settings, STAGE, WHO).committed["count_candidates"] == 13


def test_a_draw_is_refused_where_it_cannot_be_made(settings: Settings) -> None:
    assert failure(lambda: reveal(settings, STAGE)).message_key == "error.draw_not_committed"
    assert failure(lambda: commit(settings, "text_test", WHO)).message_key == "error.draw_stage"
    assert failure(lambda: commit(settings, STAGE, " ")).message_key == "error.book_by_missing"
    assert failure(lambda: commit(settings, STAGE, "iin 920615400001")).message_key == "error.book_by_unfit"
    write_situation(settings, Situation(BOTH, EXPERTS, cases_per_track=0))
    refused = failure(lambda: commit(settings, STAGE, WHO))
    assert (refused.message_key, refused.params["tracks"]) == ("error.draw_no_cases", "agro, digital")
    write_situation(settings, Situation({}, EXPERTS))
    assert failure(lambda: commit(settings, STAGE, WHO)).message_key == "error.draw_nobody"
    assert read_book(draws_folder(settings)) == []
    write_situation(settings, Situation(BOTH, EXPERTS))
    commit(settings, STAGE, WHO)
    assert failure(lambda: commit(settings, STAGE, WHO)).message_key == "error.draw_waits"
    reveal(settings, STAGE)
    nobody = failure(lambda: commit(settings, STAGE, WHO))
    assert isinstance(nobody, UserError)
    assert nobody.message_key == "error.draw_nobody_more"


@pytest.mark.parametrize(
    ("what", "key"),
    [("seed", "draw_seed_lost"), ("candidates", "draw_list_changed"), ("cases", "draw_list_changed")],
)
def test_nothing_is_dealt_from_another_seed_or_list(settings: Settings, what: str, key: str) -> None:
    commit(settings, STAGE, WHO)
    file = seed_file(settings) if what == "seed" else list_file(draws_folder(settings), 1, what)
    file.chmod(0o644)
    content = file.read_bytes()
    file.write_bytes(content.replace(content[-3:], b"xyz"))
    assert failure(lambda: reveal(settings, STAGE)).message_key == f"error.{key}"
    file.unlink()
    assert failure(lambda: reveal(settings, STAGE)).message_key == f"error.{key}"
    assert len(read_book(draws_folder(settings))) == 1


def test_a_commitment_that_was_killed_before_its_line_never_happened(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.assignment.draws.append", die)
    with pytest.raises(KeyboardInterrupt):
        commit(settings, STAGE, WHO)
    lost = seed_file(settings).read_bytes()
    monkeypatch.undo()
    monkeypatch.setenv("REZERV_HOME", str(settings.home))
    assert commit(settings, STAGE, WHO).draw_no == 1
    assert seed_file(settings).read_bytes() != lost
    reveal(settings, STAGE)
    assert finding(settings) is None


# -- a book that somebody changed


@pytest.fixture
def drawn(settings: Settings) -> Settings:
    """A home after a draw."""
    commit(settings, STAGE, WHO)
    reveal(settings, STAGE)
    return settings


def rewrite(settings: Settings, number: int, **changes: object) -> None:
    """Change a line of the book and make a new chain with right hashes, as a forger would."""
    folder = draws_folder(settings)
    lines = read_book(folder)
    (folder / BOOK_NAME).unlink()
    for line in lines:
        content = {k: v for k, v in line.items() if k not in ("line_no", "previous_hash", "line_hash")}
        append(folder, {**content, **(changes if line["line_no"] == number else {})})


def write_list(settings: Settings, what: str, content: bytes) -> None:
    file = list_file(draws_folder(settings), 1, what)
    file.chmod(0o644)
    file.write_bytes(content)


def test_a_changed_byte_breaks_the_chain(drawn: Settings) -> None:
    book = draws_folder(drawn) / BOOK_NAME
    book.write_bytes(book.read_bytes().replace(b'"count_cases":6', b'"count_cases":7'))
    assert finding(drawn) == "line"
    assert failure(lambda: read_draws(drawn)).message_key == "error.book_broken"


@pytest.mark.parametrize(
    ("line", "changes", "code"),
    [
        (1, {"seed_hash": "0" * 64}, "seed"),
        (2, {"seed": "0" * 64}, "seed"),
        (2, {"dealt_hash": "0" * 64}, "dealt"),
        (1, {"candidates_hash": "0" * 64}, "file"),
        (1, {"count_candidates": 13}, "count"),
        (2, {"draw_no": 2}, "order"),
        (2, {"stage": "interview"}, "order"),
        (1, {"draw_no": 2}, "order"),
        (1, {"note": "more"}, "fields"),
        (1, {"draw_no": "1"}, "fields"),
        (2, {"draw_no": [1]}, "fields"),
        (1, {"season": {"of": "2025"}}, "fields"),
    ],
)
def test_the_first_thing_that_does_not_hold_is_named(
    drawn: Settings, line: int, changes: dict[str, object], code: str
) -> None:
    assert finding(drawn) is None
    rewrite(drawn, line, **changes)
    assert finding(drawn) == code


def test_cases_exchanged_between_two_candidates_are_found(drawn: Settings) -> None:
    file = list_file(draws_folder(drawn), 1, "dealt")
    header, *rows = [row.split(",") for row in file.read_text().splitlines()]
    other = next(row for row in rows if row[1] != rows[0][1] and row[1][:8] == rows[0][1][:8])
    rows[0][1], other[1] = other[1], rows[0][1]
    content = "".join(",".join(row) + "\n" for row in [header, *rows]).encode()
    write_list(drawn, "dealt", content)
    assert finding(drawn) == "file"
    rewrite(drawn, 2, dealt_hash=hashlib.sha256(content).hexdigest())
    assert finding(drawn) == "dealt"


def test_nobody_is_drawn_twice(drawn: Settings) -> None:
    folder = draws_folder(drawn)
    lines = read_book(folder)
    for what in ("candidates", "cases", "dealt"):
        content = list_file(folder, 1, what).read_bytes()
        list_file(folder, 2, what).write_bytes(content)
    for line in lines:
        content = {k: v for k, v in line.items() if k not in ("line_no", "previous_hash", "line_hash")}
        append(folder, {**content, "draw_no": 2})
    assert finding(drawn) == "twice"


def test_an_unfinished_line_is_set_aside_and_counts_for_nothing(drawn: Settings) -> None:
    book = draws_folder(drawn) / BOOK_NAME
    with book.open("ab") as stream:
        stream.write(canonical({"kind": "committed"})[:10])
    assert finding(drawn) is None
    write_situation(drawn, Situation({"agro": 9, "digital": 6}, EXPERTS))
    commit(drawn, STAGE, WHO)
    assert [line["line_no"] for line in read_book(book.parent)] == [1, 2, 3]
    assert any(file.name.startswith("unfinished-") for file in book.parent.iterdir())


def test_a_book_is_run_again_where_nothing_else_of_the_home_is(drawn: Settings, tmp_path: Path) -> None:
    away = tmp_path / "elsewhere"
    (away / "lists").mkdir(parents=True)
    folder = draws_folder(drawn)
    (away / BOOK_NAME).write_bytes((folder / BOOK_NAME).read_bytes())
    for file in (folder / "lists").iterdir():
        (away / "lists" / file.name).write_bytes(file.read_bytes())
    found = verify_book(away / BOOK_NAME)
    assert (found.finding, found.count_draws, found.count_candidates, found.waiting) == (None, 1, 14, ())
    last = json.loads((away / BOOK_NAME).read_text().splitlines()[-1])
    assert found.last_hash == last["line_hash"]
