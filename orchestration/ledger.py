"""The ledger of acts of publishing: one line an act, each holding the hash of the line before.

Belongs here: what a line says, the files of lists, appending an act, and what a killed one leaves behind.
The appended line is the commit (docs/decisions/0015): before it nothing has happened, after it the act
counts. Not here: whether an act is allowed (`publication.py`), whether the ledger holds
(`ledger_verification.py`), how acts reach the warehouse (`ledger_delivery.py`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.errors import OrchestrationError

if TYPE_CHECKING:
    import pyarrow as pa

    from orchestration.settings import Settings

logger = logging.getLogger(__name__)

FIRST_HASH = "0" * 64
ACTS_FEED, LISTS_FEED = "publication__acts", "publication__lists"
PUBLISHED, RESTATED, KEPT = "published", "restated", "kept"
LEDGER_NAME, LISTS_NAME = "ledger.jsonl", "lists"
_UNFINISHED, _DRAFT = "unfinished-", ".part"
_LOCK_SECONDS = 30.0
_READ_ONLY, _FILE_MODE = 0o444, 0o644
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
# Of the list feed: what the act says of every row, and what is the row's own.
HEAD_COLUMNS = ("act_no", "season_code", "stage_code", "version")
ROW_COLUMNS = (
    "candidate_no", "track_code", "status_code", "reason_code", "is_admitted", "is_in_pool", "is_late",
    "score_numerator", "score_denominator", "rank", "is_at_cutoff", "decision_no", "count_pool",
    "limit_places", "cutoff_numerator", "cutoff_denominator", "is_shortfall",
)  # fmt: skip
LIST_COLUMNS = (*HEAD_COLUMNS, *ROW_COLUMNS)

# One row of a list: values in the order of ROW_COLUMNS.
ListRow = tuple[Any, ...]


@dataclass(frozen=True)
class Proposal:
    """An act before it is one; moments are naive UTC with whole seconds.

    as_of: season clock of what the act rests on. drift_hash: of a kept act. restates: the version that a
    restatement takes the place of.
    """

    season: str
    stage: str
    version: int
    kind: str
    acted_at: datetime
    as_of: datetime
    code_version: str
    seeds_hash: str
    approved_by: str
    decision_no: str | None = None
    reason: str | None = None
    restates: int | None = None
    is_only_late: bool = False
    drift_hash: str | None = None


@dataclass(frozen=True)
class Act:
    """One line of the ledger; moments as text, `2025-08-08T05:00:00Z`. Hashes are SHA-256 in hex.

    list_hash: of the bytes of the list's file. content_hash: of its rows as text, whoever writes the file.
    """

    act_hash: str
    act_no: int
    acted_at: str
    approved_by: str
    as_of: str
    code_version: str
    content_hash: str | None
    count_rows: int
    decision_no: str | None
    drift_hash: str | None
    is_only_late: bool
    kind: str
    list_hash: str | None
    previous_hash: str
    reason: str | None
    restates: int | None
    season: str
    seeds_hash: str
    stage: str
    version: int

    @property
    def moment(self) -> datetime:
        """`acted_at` as naive UTC."""
        return read_moment(self.acted_at)

    @property
    def list_name(self) -> str | None:
        """Name of the file of its list; None of an act without one."""
        if self.kind == KEPT:
            return None
        return f"{self.act_no:04d}-{self.season}-{self.stage}-v{self.version}.parquet"

    def line(self) -> bytes:
        """The line as it stands in the ledger."""
        return canonical(asdict(self)) + b"\n"

    def computed_hash(self) -> str:
        """What `act_hash` has to be."""
        content = asdict(self)
        del content["act_hash"]
        return hashlib.sha256(canonical(content)).hexdigest()


_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,), "str": (str,), "bool": (bool,),
    "int | None": (int, type(None)), "str | None": (str, type(None)),
}  # fmt: skip
ACT_FIELDS = {field.name: _TYPES[str(field.type)] for field in fields(Act)}


@dataclass(frozen=True)
class Recovered:
    """What a killed act left: the file to which an unfinished line was moved, and lists without a line."""

    unfinished: Path | None
    removed: tuple[str, ...]


def ledger_folder(settings: Settings) -> Path:
    """Where the ledger is kept."""
    return settings.home / "ledger"


def canonical(content: dict[str, Any]) -> bytes:
    """The one way in which a line is written: sorted keys, no blanks, UTF-8."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def read_moment(text: str) -> datetime:
    """A moment of the ledger as naive UTC; `ValueError` for any other form."""
    moment = datetime.strptime(text, _MOMENT)
    if moment.strftime(_MOMENT) != text:
        raise ValueError(text)
    return moment


def read_line(line: bytes) -> Act:
    """The act of a line without its line end; `ValueError` unless it is written as the ledger writes."""
    content = json.loads(line.decode())
    if not isinstance(content, dict) or content.keys() != ACT_FIELDS.keys():
        raise ValueError("other fields")
    for name, types in ACT_FIELDS.items():
        if type(content[name]) not in types:
            raise ValueError(f"type of {name}")
    if canonical(content) != line:
        raise ValueError("not canonical")
    return Act(**content)


def split_lines(content: bytes) -> tuple[list[bytes], bytes]:
    """The finished lines of the ledger, without line ends, and what follows the last of them."""
    *lines, rest = content.split(b"\n")
    return lines, rest


def read_acts(folder: Path) -> list[Act]:
    """The acts that count, in their order.

    `OrchestrationError('error.ledger_broken')` where a line cannot be read; the chain is not asked for here.
    """
    file = folder / LEDGER_NAME
    if not file.is_file():
        return []
    lines, _ = split_lines(file.read_bytes())
    acts = []
    for number, line in enumerate(lines, start=1):
        try:
            acts.append(read_line(line))
        except ValueError:
            raise OrchestrationError("error.ledger_broken", line=number) from None
    return acts


def in_force(acts: Iterable[Act], season: str) -> dict[str, Act]:
    """The act that made the list in force, by stage."""
    return {act.stage: act for act in acts if act.season == season and act.kind != KEPT}


@contextmanager
def ledger_lock(folder: Path, busy: str = "error.ledger_locked") -> Iterator[None]:
    """Let nobody else append to the book in a folder; within a thread it may be taken again.

    busy: key of the `OrchestrationError` when somebody holds it for long.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(folder.resolve() / ".lock"), is_singleton=True)
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        raise OrchestrationError(busy, seconds=round(_LOCK_SECONDS)) from None
    try:
        yield
    finally:
        lock.release()


def recover(folder: Path) -> Recovered:
    """Set aside what a killed act left. It never counted: nothing that counts is touched."""
    with ledger_lock(folder):
        unfinished = set_aside(folder / LEDGER_NAME)
        named = {act.list_name for act in read_acts(folder)}
        removed = []
        lists = folder / LISTS_NAME
        for file in sorted(lists.iterdir()) if lists.is_dir() else ():
            if file.name not in named:
                logger.warning("removed a list without an act: %s", file.name)
                file.unlink()
                removed.append(file.name)
    return Recovered(unfinished, tuple(removed))


def set_aside(file: Path) -> Path | None:
    """Move an unfinished last line out of a book of lines, into a file beside it that says when."""
    folder = file.parent
    if not file.is_file():
        return None
    content = file.read_bytes()
    _, rest = split_lines(content)
    if not rest:
        return None
    aside = _free_name(folder, f"{_UNFINISHED}{utc_now():%Y%m%dT%H%M%SZ}")
    write_new(aside, rest, _FILE_MODE)
    with file.open("r+b") as stream:
        stream.truncate(len(content) - len(rest))
        stream.flush()
        os.fsync(stream.fileno())
    logger.warning("an unfinished line of %s was moved to %s", file.name, aside.name)
    return aside


def _free_name(folder: Path, stem: str) -> Path:
    name, number = stem, 1
    while (folder / name).exists():
        number += 1
        name = f"{stem}-{number}"
    return folder / name


def append(folder: Path, proposal: Proposal, rows: Sequence[ListRow], *, after: str) -> Act:
    """Make an act of a proposal: write its list, then its line, which is the commit.

    rows: of the list, in any order; none of a kept act. after: hash of the act that the proposal was checked
    against, `FIRST_HASH` for none. `OrchestrationError('error.ledger_moved')` if another act came between.
    """
    with ledger_lock(folder):
        recover(folder)
        acts = read_acts(folder)
        previous = acts[-1].act_hash if acts else FIRST_HASH
        if previous != after:
            raise OrchestrationError("error.ledger_moved")
        act, content = _make(proposal, rows, len(acts) + 1, previous)
        if act.list_name is not None:
            _write_list(folder / LISTS_NAME, act.list_name, content)
        append_line(folder / LEDGER_NAME, act.line())
    logger.info("act %d: %s %s v%d, %s", act.act_no, act.kind, act.stage, act.version, act.act_hash)
    return act


def _make(proposal: Proposal, rows: Sequence[ListRow], act_no: int, previous: str) -> tuple[Act, bytes]:
    """The act, and the bytes of its list's file."""
    is_kept = proposal.kind == KEPT
    rows = sorted(rows, key=lambda row: str(row[0]))
    content = b"" if is_kept else list_content(proposal, act_no, rows)
    values: dict[str, Any] = {
        **asdict(proposal),
        "act_hash": "",
        "act_no": act_no,
        "acted_at": proposal.acted_at.strftime(_MOMENT),
        "as_of": proposal.as_of.strftime(_MOMENT),
        "content_hash": None if is_kept else content_hash(rows),
        "count_rows": len(rows),
        "list_hash": None if is_kept else hashlib.sha256(content).hexdigest(),
        "previous_hash": previous,
    }
    values["act_hash"] = Act(**values).computed_hash()
    return Act(**values), content


def append_line(file: Path, line: bytes) -> None:
    """The commit of a book of lines: all of the line stands on the disk when this returns."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, _FILE_MODE)
    try:
        while line:
            line = line[os.write(descriptor, line) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    flush_folder(file.parent)


def _write_list(lists: Path, name: str, content: bytes) -> None:
    if not lists.is_dir():
        lists.mkdir(parents=True)
        flush_folder(lists.parent)
    draft = lists / f"{name}{_DRAFT}"
    write_new(draft, content, _READ_ONLY)
    draft.rename(lists / name)
    flush_folder(lists)


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is not there yet, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Have the names in a folder stand on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# -- lists


def content_hash(rows: Iterable[ListRow]) -> str:
    """Hash of the rows as text, by candidate number: equal lists have equal hashes, whatever their act."""
    digest = hashlib.sha256(canonical_row(ROW_COLUMNS))
    for row in sorted(rows, key=lambda row: str(row[0])):
        digest.update(canonical_row(row))
    return digest.hexdigest()


def canonical_row(row: Sequence[Any]) -> bytes:
    """One row as text: a JSON array without blanks, and a line end."""
    return json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def list_content(proposal: Proposal, act_no: int, rows: Sequence[ListRow]) -> bytes:
    """The Parquet file of a list, as its feed has it."""
    head = (act_no, proposal.season, proposal.stage, proposal.version)
    return parquet(LISTS_FEED, [(*head, *row) for row in rows])


def acts_content(act: Act) -> bytes:
    """The Parquet file of an act, as its feed has it."""
    return parquet(ACTS_FEED, [feed_row(act)])


def feed_row(act: Act) -> tuple[Any, ...]:
    """An act as a row of its feed, in the order of the contract's columns."""
    return (
        act.act_no, act.season, act.stage, act.kind, act.version, act.moment, act.approved_by,
        act.decision_no, act.reason, act.count_rows, act.list_hash, act.drift_hash, act.code_version,
        act.seeds_hash, act.previous_hash, act.act_hash,
    )  # fmt: skip


def parquet(feed: str, rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows of one of the two feeds, columns in the order of its contract, as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(feed)
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, schema, strict=True)]
    target = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, schema=schema), target)
    return bytes(target.getvalue())


def _schema(feed: str) -> pa.Schema:
    import pyarrow as pa

    from ingestion.contracts import load_contract

    types = {
        "VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(),
        "TIMESTAMP": pa.timestamp("us"),
    }  # fmt: skip
    return pa.schema([(column.name, types[column.physical_type]) for column in load_contract(feed).columns])


def read_list_content(content: bytes) -> list[tuple[Any, ...]]:
    """Rows of a list's file, with the columns of its act; `ValueError` where it is no such file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise ValueError("no Parquet file") from error
    if tuple(table.column_names) != LIST_COLUMNS:
        raise ValueError("other columns")
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def read_list(folder: Path, act: Act) -> list[ListRow]:
    """Rows of an act's list, after its file's hash was compared with what the act says.

    `OrchestrationError('error.list_changed')` if it is another file, or none.
    """
    name = act.list_name or ""
    file = folder / LISTS_NAME / name
    content = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(content).hexdigest() != act.list_hash:
        raise OrchestrationError("error.list_changed", file=name, act=act.act_no)
    return [row[len(HEAD_COLUMNS) :] for row in read_list_content(content)]


def seeds_hash(folder: Path) -> str:
    """Hash over the names and bytes of a folder's seeds, in the order of their names."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.csv"), key=lambda file: file.name):
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
