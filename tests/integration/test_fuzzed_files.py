"""Good files damaged in thousands of ways.

Every one ends in rows landed + rows outside = rows sent, or stays outside whole.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable

import pytest

from ingestion.contracts import load_contract
from ingestion.contracts.examples import written
from ingestion.quarantine import FILE_REASONS, ROW_REASONS
from tests.unit.ingestion.deliveries import Judged, judged, rows_of

SEED = 2025
CASES_PER_FORMAT = 600
# Every so many cases both engines are asked.
BOTH_ENGINES_EVERY = 60
FEEDS = ("platform__registrations", "vetting__replies", "platform__answers", "platform__solutions")
FORMATS = ("csv", "jsonl", "xlsx", "parquet", "csv.gz")
SPECIAL = (
    b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\n\n", b"\x00", b"\xff", b"\x98",
    b"\xef\xbb\xbf", "\u202e".encode(), "\ufffd".encode(), "ә".encode(), b"\xe9", b"{", b"}", b"[", b"null",
    b"\\ud800", b"\\u0000", b"=cmd|' /C calc'!A0", b"'; drop table raw.platform__answers; --", b"-1",
    b"1e400", b"9" * 400, b"NaN", b"\x1f\x8b", b"PK\x03\x04", b"true", b"2025-02-30", b"A" * 40_000,
)  # fmt: skip

Mutation = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, content: bytes) -> bytes:
    """Change some bytes."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def insert(chance: random.Random, content: bytes) -> bytes:
    """Put something in that means something somewhere."""
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.choice(SPECIAL) + content[place:]


def cut_out(chance: random.Random, content: bytes) -> bytes:
    """Lose a piece."""
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 40) :]


def truncate(chance: random.Random, content: bytes) -> bytes:
    """Lose the end."""
    return content[: chance.randrange(len(content))]


def repeat(chance: random.Random, content: bytes) -> bytes:
    """Say a piece twice."""
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.randint(1, 400))
    return content[:end] + content[start:end] + content[end:]


def swap_lines(chance: random.Random, content: bytes) -> bytes:
    """Two lines change places, or one is doubled."""
    lines = content.split(b"\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join([*lines, lines[first]] if chance.random() < 0.3 else lines)


def replace_byte(chance: random.Random, content: bytes) -> bytes:
    """One byte becomes another everywhere: another delimiter, another quote."""
    return content.replace(
        chance.choice((b",", b'"', b":", b"\n")), chance.choice((b";", b"\t", b"'", b"\r", b","))
    )


MUTATIONS: tuple[Mutation, ...] = (
    flip, insert, insert, insert, cut_out, truncate, repeat, swap_lines, replace_byte,
)  # fmt: skip


def damaged(chance: random.Random, file_format: str) -> tuple[str, bytes]:
    """A good file of some feed, damaged once to thrice; of packed text the text inside or the packing."""
    feed = chance.choice(FEEDS)
    rows = rows_of(feed) * chance.choice((1, 1, 2))
    inner = file_format.removesuffix(".gz")
    content = written(load_contract(feed), rows, inner)
    is_inside = file_format.endswith(".gz") and chance.random() < 0.7
    if file_format.endswith(".gz") and not is_inside:
        content = gzip.compress(content, mtime=0)
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(MUTATIONS)(chance, content) if content else content
    if is_inside:
        content = gzip.compress(content, mtime=0)
    return f"{feed}.{file_format}", content


def records_sent(name: str, content: bytes) -> int | None:
    """Records in a text file as plain Python counts them; None where it would have to know more."""
    if name.endswith(".gz"):
        name, content = name.removesuffix(".gz"), gzip.decompress(content)
    if name.endswith(".jsonl"):
        return sum(bool(line.strip()) for line in content.decode("utf-8-sig", "replace").split("\n"))
    if not name.endswith(".csv"):
        return None
    text = content.decode("utf-8-sig") if _is_utf8(content) else content.decode("cp1251", "replace")
    header = text.replace("\r", "\n").lstrip("\n").split("\n", 1)[0]
    if ";" in header or "\t" in header or '"' in header:
        return None
    records = [cells for cells in csv.reader(io.StringIO(text, newline="")) if any(cells)]
    names = {column.name for column in load_contract(_feed(name)).columns if column.required}
    return len(records) - 1 if records and names <= {cell.strip() for cell in records[0]} else None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _feed(name: str) -> str:
    return "__".join(name.split(".")[0].split("__")[:2])


def complaint(found: Judged, sent: int | None) -> str | None:
    """What is wrong with the outcome of a damaged file; None if nothing."""
    if found.is_quarantined_whole:
        known = found.reason_code in FILE_REASONS
        return (
            None if known and found.count_accepted == 0 and found.entries else "outside whole without reason"
        )
    assert found.accepted is not None
    inside = found.accepted.column("_row_number").to_pylist()
    outside = {row for row, *_ in found.entries}
    if sorted([*inside, *outside]) != list(range(1, found.count_read + 1)):
        return "rows inside and outside are not the rows read"
    if found.count_accepted != len(inside):
        return "the count of accepted rows is wrong"
    if set(found.rows_outside) != outside:
        return "content of a row outside was not kept"
    if not {reason for _, _, reason, _ in found.entries} <= set(ROW_REASONS):
        return "unknown reason"
    if sent is not None and sent != found.count_read:
        return f"{sent} rows were sent, {found.count_read} read"
    return None


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_row_of_a_damaged_file_is_lost_or_doubled(file_format: str) -> None:
    chance = random.Random(f"{SEED} {file_format}")
    count_whole = count_part = 0
    for number in range(CASES_PER_FORMAT):
        name, content = damaged(chance, file_format)
        found = judged(name, content, engine="duckdb")
        whole = found.is_quarantined_whole
        sent = None if whole else records_sent(name, content)
        problem = complaint(found, sent)
        assert problem is None, f"case {number} of {name}: {problem}"
        count_whole += whole
        count_part += not whole and bool(found.entries)
        if number % BOTH_ENGINES_EVERY == 0 and not whole:
            assert judged(name, content, engine="great_expectations").entries == found.entries
    assert count_whole > CASES_PER_FORMAT // 50, "damage that makes a file unreadable has to occur"
    if file_format not in ("xlsx", "parquet"):  # packed and counted: damage there is damage to the file
        assert count_part > CASES_PER_FORMAT // 50, "damage that makes rows bad has to occur"


def test_the_judge_of_this_test_notices_what_it_is_for() -> None:
    good = judged(
        "platform__answers.csv",
        written(load_contract("platform__answers"), rows_of("platform__answers"), "csv"),
    )
    assert complaint(good, 3) is None
    assert complaint(good, 4) is not None
    lost = Judged(good.inspection, good.entries, good.accepted and good.accepted.slice(1), {})
    assert complaint(lost, 3) is not None
