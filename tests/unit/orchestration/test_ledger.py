"""The ledger: what a line says, lists beside it, and what is left of an act that was killed at any step."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingestion.contracts import load_contract
from orchestration import ledger
from orchestration.errors import OrchestrationError
from orchestration.ledger import (
    FIRST_HASH,
    LIST_COLUMNS,
    PUBLISHED,
    Recovered,
    append,
    content_hash,
    in_force,
    read_acts,
    read_list,
    recover,
    seeds_hash,
)
from tests.support.ledgers import add, make_ledger, proposal, row, rows
from tests.unit.ingestion.deliveries import judged

ROOT = Path(__file__).parents[3]


def test_a_line_is_canonical_and_holds_the_hash_of_the_line_before(tmp_path: Path) -> None:
    acts = make_ledger(tmp_path)
    lines = (tmp_path / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    previous = FIRST_HASH
    for line, act in zip(lines, acts, strict=True):
        content = json.loads(line)
        assert content["previous_hash"] == previous
        assert line == act.line() == (json.dumps(
            content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()  # fmt: skip
        previous = content.pop("act_hash")
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == previous
    assert "Төраға Үлгі".encode() in lines[0] and acts[0].acted_at == "2025-07-01T05:00:00Z"


def test_lists_lie_beside_the_ledger_sorted_and_read_only(tmp_path: Path) -> None:
    acts = make_ledger(tmp_path)
    names = [path.name for path in sorted((tmp_path / "lists").iterdir())]
    assert names == [
        "0001-2025-registration-v1.parquet", "0002-2025-vetting-v1.parquet", "0003-2025-vetting-v2.parquet"
    ]  # fmt: skip
    file = tmp_path / "lists" / names[0]
    assert file.stat().st_mode & 0o777 == 0o444
    table = pq.read_table(file)
    assert tuple(table.column_names) == LIST_COLUMNS
    assert load_contract(ledger.LISTS_FEED).column_names == LIST_COLUMNS
    assert table["candidate_no"].to_pylist() == ["R25-000001", "R25-000002", "R25-000003"]
    assert acts[0].list_hash == hashlib.sha256(file.read_bytes()).hexdigest()
    assert read_list(tmp_path, acts[0]) == sorted(rows(3))
    assert (acts[3].list_hash, acts[3].content_hash, acts[3].count_rows) == (None, None, 0)


def test_both_files_pass_the_door_whole(tmp_path: Path) -> None:
    acts = make_ledger(tmp_path)
    for act in acts:
        found = judged(f"{ledger.ACTS_FEED}__1.parquet", ledger.acts_content(act))
        assert not found.entries and found.accepted.num_rows == 1
        landed = found.accepted.select(load_contract(ledger.ACTS_FEED).column_names).to_pylist()[0]
        assert tuple(landed.values()) == ledger.feed_row(act)
    content = (tmp_path / "lists" / str(acts[0].list_name)).read_bytes()
    found = judged(f"{ledger.LISTS_FEED}__1.parquet", content)
    assert not found.entries and found.accepted.num_rows == 3


def test_equal_rows_have_equal_hashes_in_any_order() -> None:
    assert content_hash(rows(3)) == content_hash(sorted(rows(3))) != content_hash(rows(2))
    assert content_hash([row("R25-000001")]) != content_hash([row("R25-000001", score_numerator=14)])


def test_the_list_in_force_is_the_last_and_a_kept_act_makes_none(tmp_path: Path) -> None:
    force = in_force(make_ledger(tmp_path), "2025")
    assert {stage: (act.act_no, act.version) for stage, act in force.items()} == {
        "registration": (1, 1), "vetting": (3, 2)
    }  # fmt: skip
    assert in_force(read_acts(tmp_path), "2026") == {}


def test_an_act_between_stops_the_next(tmp_path: Path) -> None:
    add(tmp_path, proposal(), rows())
    with pytest.raises(OrchestrationError) as caught:
        append(tmp_path, proposal("vetting"), rows(), after=FIRST_HASH)
    assert caught.value.message_key == "error.ledger_moved"
    assert len(read_acts(tmp_path)) == 1


def test_a_changed_list_is_not_read(tmp_path: Path) -> None:
    act = add(tmp_path, proposal(), rows())
    file = tmp_path / "lists" / str(act.list_name)
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(OrchestrationError) as caught:
        read_list(tmp_path, act)
    assert caught.value.message_key == "error.list_changed"


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    with (tmp_path / "ledger.jsonl").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(OrchestrationError) as caught:
        read_acts(tmp_path)
    assert caught.value.params == {"line": 5}


def test_seeds_are_hashed_by_name_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    before = seeds_hash(tmp_path)
    (tmp_path / "note.txt").write_text("1")
    assert seeds_hash(tmp_path) == before
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    assert seeds_hash(tmp_path) != before


# -- killed acts


def test_an_unfinished_line_never_counts_and_is_set_aside(tmp_path: Path) -> None:
    first = add(tmp_path, proposal(), rows())
    whole = (tmp_path / "ledger.jsonl").read_bytes()
    for cut in (1, 40, len(whole) - 1):
        (tmp_path / "ledger.jsonl").write_bytes(whole + whole[:cut])
        assert read_acts(tmp_path) == [first]
        found = recover(tmp_path)
        assert found.unfinished is not None and found.unfinished.read_bytes() == whole[:cut]
        assert (tmp_path / "ledger.jsonl").read_bytes() == whole
    assert len(list(tmp_path.glob("unfinished-*"))) == 3
    assert recover(tmp_path) == Recovered(None, ())


def test_a_list_without_a_line_is_removed(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    for name in ("0005-2025-text_test-v1.parquet", "0005-2025-text_test-v1.parquet.part"):
        (tmp_path / "lists" / name).write_bytes(b"x")
    assert len(recover(tmp_path).removed) == 2
    assert len(list((tmp_path / "lists").iterdir())) == 3


class KilledError(BaseException):
    """The process ends here."""


def _calls(monkeypatch: pytest.MonkeyPatch, at: int) -> list[str]:
    """Count the calls that change the disk; the one of that number raises, before or after its work."""
    done: list[str] = []

    def dying(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            for moment in ("before", "after"):
                done.append(f"{moment} {name}")
                if len(done) == at:
                    raise KilledError
                if moment == "before":
                    result = real(*arguments, **more)
            return result

        return call

    for name in ("open", "write", "fsync", "fchmod"):
        monkeypatch.setattr(ledger.os, name, dying(name, getattr(os, name)))
    monkeypatch.setattr(Path, "rename", dying("rename", Path.rename))
    return done


def test_killed_at_any_step_there_is_nothing_or_an_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = []
    for at in range(1, 200):
        folder = tmp_path / str(at)
        add(folder, proposal(), rows())
        with monkeypatch.context() as patch:
            done = _calls(patch, at)
            try:
                add(folder, proposal("vetting"), rows(2))
                killed = False
            except KilledError:
                killed = True
        acts = read_acts(folder)
        assert len(acts) in (1, 2) and acts[0].stage == "registration"
        if len(acts) == 2:
            assert len(read_list(folder, acts[1])) == 2
        recover(folder)
        assert len(list((folder / "lists").iterdir())) == len(acts)
        if len(acts) == 1:
            assert add(folder, proposal("vetting"), rows(2)).act_no == 2
        outcomes.append(len(acts))
        if not killed:
            break
    assert not killed and len(done) < 200
    assert outcomes == sorted(outcomes) and {1, 2} == set(outcomes)


SCRIPT = """
import sys
from pathlib import Path
from tests.support.ledgers import add, proposal, rows
from orchestration.ledger import read_acts
import pyarrow.parquet
folder = Path(sys.argv[1])
version = len(read_acts(folder)) + 1
print("ready", flush=True)
while True:
    add(folder, proposal(version=version), rows(50))
    version += 1
"""


@pytest.mark.parametrize("seconds", [0.01, 0.03, 0.08, 0.15])
def test_a_process_killed_while_it_publishes_leaves_whole_acts(tmp_path: Path, seconds: float) -> None:
    import time

    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(seconds)
        process.kill()
        process.wait()
        process.stdout.close()
        acts = read_acts(tmp_path)
        recover(tmp_path)
        assert [act.version for act in acts] == list(range(1, len(acts) + 1))
        assert {path.name for path in (tmp_path / "lists").glob("*")} == {act.list_name for act in acts}
        assert all(len(read_list(tmp_path, act)) == 50 for act in acts)


def test_the_fields_of_a_proposal_are_those_of_an_act(tmp_path: Path) -> None:
    act = add(tmp_path, proposal(), rows())
    assert act.kind == PUBLISHED and asdict(proposal()).keys() <= asdict(act).keys()
