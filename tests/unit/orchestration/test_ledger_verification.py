"""Verifying the ledger: whatever is changed is found, wherever it is, and named in words."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.loader import land_files, pending_files
from orchestration.ledger import Act, ledger_folder, read_acts
from orchestration.ledger_delivery import deliver_acts
from orchestration.ledger_verification import Verification, season_stages, verify
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES, texts_of
from tests.support.ledgers import FIRST_MOMENT, add, make_ledger, proposal, rows

DECEMBER = datetime(2025, 12, 1)
RANDOM_OFFSETS = 300


@pytest.fixture
def folder(settings: Settings) -> Path:
    """A ledger of four acts and three lists, of which nothing was delivered yet."""
    folder = ledger_folder(settings)
    make_ledger(folder)
    return folder


def key_of(settings: Settings, **more: bool) -> str:
    """Key of what was found, which every language can say."""
    found = verify(settings, **more)
    assert found.finding is not None
    for language in LANGUAGES:
        assert found.finding.text(texts_of(language)).strip()
    return found.finding.key


def land(settings: Settings) -> None:
    config = settings.ingestion_config()
    land_files(config, pending_files(config), DECEMBER, engine="duckdb")


def test_a_whole_ledger_holds(settings: Settings, folder: Path) -> None:
    found = verify(settings)
    assert found == Verification(tuple(read_acts(folder)), None, 4)
    assert found.last_hash == found.acts[-1].act_hash


def test_no_ledger_holds(settings: Settings) -> None:
    assert verify(settings) == Verification((), None, 0)


def test_a_byte_changed_anywhere_in_the_ledger_is_found(settings: Settings, folder: Path) -> None:
    file = folder / "ledger.jsonl"
    whole = file.read_bytes()
    for offset in range(len(whole)):
        content = bytearray(whole)
        content[offset] ^= 1 << (offset % 8)
        file.write_bytes(content)
        assert verify(settings).finding is not None, offset
    file.write_bytes(whole)
    assert verify(settings).finding is None


def test_a_byte_changed_in_any_list_is_found(settings: Settings, folder: Path) -> None:
    chosen = random.Random(1)
    for file in sorted((folder / "lists").iterdir()):
        whole = file.read_bytes()
        file.chmod(0o644)
        offsets = {0, len(whole) - 1, *(chosen.randrange(len(whole)) for _ in range(RANDOM_OFFSETS))}
        for offset in sorted(offsets):
            content = bytearray(whole)
            content[offset] ^= 1 << (offset % 8)
            file.write_bytes(content)
            assert key_of_list(settings) == "list_changed", offset
        file.write_bytes(whole)
    assert verify(settings).finding is None


def key_of_list(settings: Settings) -> str:
    found = verify(settings).finding
    return found.key if found else ""


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)


def write_lines(folder: Path, lines: list[bytes]) -> None:
    (folder / "ledger.jsonl").write_bytes(b"".join(lines))


def swap(folder: Path) -> None:
    a, b, c, d = lines_of(folder)
    write_lines(folder, [a, c, b, d])


def repeat(folder: Path) -> None:
    a, b, c, d = lines_of(folder)
    write_lines(folder, [a, b, b, c, d])


def repeat_the_last(folder: Path) -> None:
    lines = lines_of(folder)
    write_lines(folder, [*lines, lines[-1]])


def take_one_out(folder: Path) -> None:
    a, _, c, d = lines_of(folder)
    write_lines(folder, [a, c, d])


def take_the_first_out(folder: Path) -> None:
    write_lines(folder, lines_of(folder)[1:])


def cut_within_a_line(folder: Path) -> None:
    content = (folder / "ledger.jsonl").read_bytes()
    (folder / "ledger.jsonl").write_bytes(content[:-10])


def cut_lines_with_lists(folder: Path) -> None:
    write_lines(folder, lines_of(folder)[:2])


def empty_line(folder: Path) -> None:
    write_lines(folder, [*lines_of(folder), b"\n"])


def delete_a_list(folder: Path) -> None:
    (folder / "lists" / "0002-2025-vetting-v1.parquet").unlink()


def link_a_list(folder: Path) -> None:
    file = folder / "lists" / "0002-2025-vetting-v1.parquet"
    file.symlink_to(file.rename(folder / "elsewhere"))


def add_a_list(folder: Path) -> None:
    shutil.copy(folder / "lists" / "0002-2025-vetting-v1.parquet", folder / "lists" / "0009-x.parquet")


def exchange_lists(folder: Path) -> None:
    one, two = sorted((folder / "lists").iterdir())[:2]
    kept = one.read_bytes()
    for file, content in ((one, two.read_bytes()), (two, kept)):
        file.chmod(0o644)
        file.write_bytes(content)


def remove_everything_but_lists(folder: Path) -> None:
    (folder / "ledger.jsonl").unlink()


@pytest.mark.parametrize(
    ("tamper", "key"),
    [
        (swap, "broken_chain"), (repeat, "broken_chain"), (repeat_the_last, "broken_chain"),
        (take_one_out, "broken_chain"), (take_the_first_out, "broken_chain"),
        (cut_within_a_line, "unfinished_line"), (cut_lines_with_lists, "unknown_file"),
        (empty_line, "not_canonical"), (delete_a_list, "list_missing"), (link_a_list, "list_missing"),
        (add_a_list, "unknown_file"), (exchange_lists, "list_changed"),
        (remove_everything_but_lists, "unknown_file"),
    ],
)  # fmt: skip
def test_each_way_of_tampering_is_named(
    settings: Settings, folder: Path, tamper: Callable[[Path], None], key: str
) -> None:
    tamper(folder)
    assert key_of(settings) == key


# -- a ledger forged with the right hashes


def forge(folder: Path, number: int, **more: Any) -> None:
    """Change fields of one act and compute every later hash anew."""
    previous, lines = "0" * 64, []
    for act in read_acts(folder):
        changed = replace(act, previous_hash=previous, **(more if act.act_no == number else {}))
        changed = replace(changed, act_hash=changed.computed_hash())
        previous = changed.act_hash
        lines.append(changed.line())
    write_lines(folder, lines)


@pytest.mark.parametrize(
    ("number", "more", "key"),
    [
        (1, {"act_no": 7}, "wrong_number"), (2, {"acted_at": "2025-06-01T00:00:00Z"}, "backwards"),
        (2, {"acted_at": "2025-07-02T05:00:00+00:00"}, "not_canonical"), (2, {"kind": "x"}, "not_canonical"),
        (2, {"stage": "oral_test"}, "unknown_stage"), (2, {"stage": "text_test"}, "too_early"),
        (3, {"version": 3}, "wrong_version"), (3, {"restates": 2}, "wrong_version"),
        (3, {"restates": None}, "wrong_version"), (3, {"kind": "published"}, "wrong_version"),
        (2, {"version": 2, "kind": "restated", "restates": 1}, "wrong_version"),
        (4, {"version": 2}, "wrong_version"), (4, {"count_rows": 1}, "list_of_kept"),
        (1, {"count_rows": 2}, "list_count"), (1, {"content_hash": "e" * 64}, "list_content"),
        (1, {"list_hash": "e" * 64}, "list_changed"),
    ],
)  # fmt: skip
def test_a_forged_act_contradicts_something(
    settings: Settings, folder: Path, number: int, more: dict[str, Any], key: str
) -> None:
    forge(folder, number, **more)
    assert key_of(settings) == key


# -- what landing folder and warehouse know


def test_a_ledger_cut_at_its_end_is_found_by_what_was_delivered(settings: Settings, folder: Path) -> None:
    deliver_acts(settings)
    write_lines(folder, lines_of(folder)[:3])
    assert key_of(settings) == "delivered_unknown"
    assert key_of(settings, lets_leftovers=True) == "delivered_unknown"


def test_a_ledger_cut_at_its_end_is_found_by_what_landed(settings: Settings, folder: Path) -> None:
    deliver_acts(settings)
    land(settings)
    assert verify(settings).finding is None and verify(settings).count_waiting == 0
    shutil.rmtree(settings.landing_dir)
    write_lines(folder, lines_of(folder)[:3])
    assert key_of(settings) == "raw_act_unknown"


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("update raw.publication__acts set approved_by = 'x' where act_no = 2", "raw_act_differs"),
        ("update raw.publication__acts set reason = 'x' where act_no = 1", "raw_act_differs"),
        ("insert into raw.publication__acts select * replace (9 as act_no)"
         " from raw.publication__acts limit 1",
         "raw_act_unknown"),
        ("insert into raw.publication__acts select * replace ('x' as code_version) from raw.publication__acts"
         " where act_no = 1", "raw_act_differs"),
        ("update raw.publication__lists set rank = 9 where act_no = 1 and rank = 1", "raw_list_differs"),
        ("update raw.publication__lists set stage_code = 'x' where act_no = 1 and rank = 1",
         "raw_list_differs"),
        ("delete from raw.publication__lists where act_no = 1 and rank = 1", "raw_list_differs"),
        ("update raw.publication__lists set act_no = 4 where act_no = 3", "raw_list_unknown"),
    ],
)  # fmt: skip
def test_the_warehouse_says_the_same(settings: Settings, folder: Path, statement: str, key: str) -> None:
    deliver_acts(settings)
    land(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(statement)
    assert key_of(settings) == key


def test_what_a_killed_act_left_stops_no_publication(settings: Settings, folder: Path) -> None:
    (folder / "lists" / "0005-2025-text_test-v1.parquet").write_bytes(b"x")
    with (folder / "ledger.jsonl").open("ab") as file:
        file.write(b'{"act_')
    assert verify(settings, lets_leftovers=True).finding is None
    assert key_of(settings) == "unfinished_line"


def test_stages_are_those_of_the_seed(settings: Settings) -> None:
    assert season_stages()["2025"][:3] == ["registration", "vetting", "text_test"]


def test_an_act_of_the_same_second_holds(settings: Settings) -> None:
    folder = ledger_folder(settings)
    acts: list[Act] = [
        add(folder, proposal(stage, acted_at=FIRST_MOMENT + timedelta(0)), rows(1))
        for stage in ("registration", "vetting")
    ]
    assert verify(settings).finding is None and [asdict(a)["act_no"] for a in acts] == [1, 2]
