"""The checks at the door: from the bytes of one file to the rows that may land.

Belongs here: the order of the checks of one file and who decides each: the reader whether it can be read,
this module whether its columns are there, ``parsing.py`` whether values are of their type,
``expectations.py`` whether they are allowed, ``stage.py`` what repeated rows mean. Each is decided once.
Rows pass in blocks, so that memory is bounded for any file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from ingestion import iin, quarantine
from ingestion.batches import CheckResult
from ingestion.contracts.model import Contract
from ingestion.expectations import Outcome, engine_for, evaluate, verdicts
from ingestion.limits import MAX_BROKEN_ROWS
from ingestion.parsing import parse_column
from ingestion.platform_deliveries import interval_of
from ingestion.readers import Chunk, TableReader, UnreadableFileError, file_format, open_table
from ingestion.stage import ROW_NUMBER, Stage
from ingestion.vault import PersonKeys

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# What a reader tolerates, and the check that reports it.
_REMARK_CHECKS = {
    "windows_1251": "read_as_windows_1251",
    "other_delimiter": "agreed_delimiter",
    "title_rows": "no_title_rows",
    "other_sheets": "one_sheet",
}
# Columns that the IIN speaks of too, with the name of the comparison.
_AGREEMENTS = {"birth_on": "iin_agrees_with_birth_on", "sex_code": "iin_agrees_with_sex_code"}
# Checks that report something worth a look and keep no row outside.
WARNING_CHECKS = frozenset(
    {"no_extra_columns", "agreed_format", "has_rows", *_REMARK_CHECKS.values(), *_AGREEMENTS.values()}
)
# Rows that go to the stage at once: small enough to hold, large enough for the database to share out.
_ROWS_AT_ONCE = 250_000
_THREADS = 2


class FileToJudge(Protocol):
    """What the door needs of a file: its name and its bytes, twice if rows stay outside."""

    @property
    def name(self) -> str:
        """Name; its ending tells the format."""
        ...

    def stream(self) -> BinaryIO:
        """The bytes from the beginning."""
        ...


@dataclass(frozen=True)
class Inspection:
    """What the door says of one file.

    reason_code: why the whole file stays outside, or ``EMPTY_FILE``. stage: the tables with its rows (None if
    the file stays outside whole). columns_outside: columns for which it stays outside. engine: what evaluated
    the expectations.
    """

    reason_code: str | None
    count_read: int
    count_accepted: int
    checks: tuple[CheckResult, ...]
    stage: Stage | None
    columns_outside: tuple[str | None, ...] = ()
    check_outside: str = ""
    engine: str | None = None

    @property
    def is_quarantined_whole(self) -> bool:
        """Whether nothing of the file may land."""
        return self.stage is None


@dataclass
class _Reading:
    """What was seen of a file while its rows went to the stage."""

    count_rows: int = 0
    broken: list[int] = field(default_factory=list)
    ambiguous: list[int] = field(default_factory=list)
    failed: dict[str, list[int]] = field(default_factory=dict)
    count_sent: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _ParsedChunk:
    rows: pa.Table
    failed: Mapping[str, Sequence[int]]
    count_sent: Mapping[str, int]


def inspect(
    connection: duckdb.DuckDBPyConnection,
    source: FileToJudge,
    contract: Contract,
    keys: PersonKeys,
    engine: str | None = None,
) -> Inspection:
    """Check one file of a feed; its rows stay in the stage's tables on ``connection``.

    engine: evaluates the expectations; None chooses by the number of rows.
    """
    try:
        reader = open_table(source.name, source.stream(), contract)
        stage = Stage(connection, contract, keys, _parsed_chunk(_nothing(contract), contract, False).rows)
        reading = _read(reader, contract, stage)
    except UnreadableFileError as error:
        return _refused_whole(
            error.reason_code, "file_readable", [None], [_file_check("file_readable", 1, 1)]
        )
    checks = [_file_check("file_readable", 1, 0), *_shape_checks(source.name, reader, contract, reading)]
    missing = [name for name in _required(contract) if name not in reader.names]
    if missing:
        return _refused_whole(
            quarantine.MISSING_COLUMN, "columns_present", missing, checks, reading.count_rows
        )
    return _judge(source, contract, stage, reading, checks, engine or engine_for(reading.count_rows))


def _judge(
    source: FileToJudge,
    contract: Contract,
    stage: Stage,
    reading: _Reading,
    checks: list[CheckResult],
    engine: str,
) -> Inspection:
    checks += _unparsed(contract, stage, reading)
    for outcome in evaluate(contract, stage.connection, "staged", stage.count_rows, engine):
        checks.append(_unexpected(stage, outcome))
    checks += _repeated(stage)
    checks += _agreements(contract, stage)
    outside = stage.outside_rows()
    stage.keep_content(_contents(source, contract, outside))
    return Inspection(
        reason_code=quarantine.EMPTY_FILE if reading.count_rows == 0 else None,
        count_read=reading.count_rows,
        count_accepted=reading.count_rows - len(outside),
        checks=tuple(checks),
        stage=stage,
        engine=engine if stage.count_rows else None,
    )


def _refused_whole(
    reason: str,
    check: str,
    columns: Sequence[str | None],
    checks: Iterable[CheckResult],
    count_read: int = 0,
) -> Inspection:
    return Inspection(reason, count_read, 0, tuple(checks), None, tuple(columns), check)


def _required(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns if column.required]


def _nothing(contract: Contract) -> Chunk:
    return Chunk({column.name: [] for column in contract.columns}, [], {})


# -- reading


def _read(reader: TableReader, contract: Contract, stage: Stage) -> _Reading:
    """Bring all rows to the stage: blocks are parsed side by side and appended in their order."""
    reading = _Reading()
    waiting: deque[Future[_ParsedChunk]] = deque()
    arrived: list[_ParsedChunk] = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for chunk in reader:
            reading.count_rows += len(chunk.row_numbers) + len(chunk.broken_rows)
            reading.broken += chunk.broken_rows
            reading.ambiguous += chunk.ambiguous_rows
            if len(reading.broken) > MAX_BROKEN_ROWS:
                raise UnreadableFileError("more broken rows than a table can have")
            waiting.append(pool.submit(_parsed_chunk, chunk, contract, reader.naive_is_utc))
            if len(waiting) > _THREADS:
                arrived.append(waiting.popleft().result())
            if sum(parsed.rows.num_rows for parsed in arrived) >= _ROWS_AT_ONCE:
                _append(stage, reading, arrived)
        arrived += [future.result() for future in waiting]
    _append(stage, reading, arrived)
    return reading


def _append(stage: Stage, reading: _Reading, arrived: list[_ParsedChunk]) -> None:
    import pyarrow as pa

    if not arrived:
        return
    for parsed in arrived:
        for name, rows in parsed.failed.items():
            reading.failed.setdefault(name, []).extend(rows)
        for name, count in parsed.count_sent.items():
            reading.count_sent[name] = reading.count_sent.get(name, 0) + count
    stage.add_rows(pa.concat_tables([parsed.rows for parsed in arrived]))
    arrived.clear()


def _parsed_chunk(chunk: Chunk, contract: Contract, naive_is_utc: bool) -> _ParsedChunk:
    """A block of rows with the contract's columns, their verdicts and row numbers."""
    import pyarrow as pa

    nothing = [None] * len(chunk.row_numbers)
    columns: dict[str, pa.Array] = {}
    failed, count_sent = {}, {}
    for column in contract.columns:
        parsed = parse_column(chunk.columns.get(column.name, nothing), column, naive_is_utc=naive_is_utc)
        columns[column.name] = parsed.values
        count_sent[column.name] = len(parsed.values) - parsed.values.null_count + len(parsed.failed)
        if parsed.failed:
            failed[column.name] = [chunk.row_numbers[position] for position in parsed.failed]
    for column in contract.columns:
        columns |= verdicts(column, columns[column.name])
    columns |= _agreement_verdicts(contract, columns)
    columns[ROW_NUMBER] = pa.array(chunk.row_numbers, type=pa.int64())
    return _ParsedChunk(pa.table(columns), failed, count_sent)


def _agreement_verdicts(contract: Contract, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Whether the IIN agrees with what the person declared: a warning, since issuers differ (FACTS §4)."""
    import pyarrow.compute as pc

    if contract.iin_column is None:
        return {}
    numbers = columns[contract.iin_column.name]
    told: dict[str, Any] = {"birth_on": iin.birth_dates, "sex_code": iin.sex_codes}
    return {
        f"_{check}": pc.equal(told[name](numbers), columns[name])
        for name, check in _AGREEMENTS.items()
        if name in contract.column_names
    }


# -- judging


def _shape_checks(
    name: str, reader: TableReader, contract: Contract, reading: _Reading
) -> Iterator[CheckResult]:
    """Checks of the file as such. Names of extra columns are not kept.

    A file without header has people's values there.
    """
    required, names = set(_required(contract)), set(reader.names)
    yield _file_check("columns_present", len(required), len(required - names))
    yield _file_check("no_extra_columns", len(names), len(names - set(contract.column_names)))
    is_agreed = file_format(name) == contract.file_format or interval_of(name) is not None
    yield _file_check("agreed_format", 1, int(not is_agreed))
    yield _file_check("has_rows", 1, int(reading.count_rows == 0))
    for remark in sorted(reader.remarks):
        yield _file_check(_REMARK_CHECKS[remark], 1, 1)
    yield _file_check("row_shape", reading.count_rows, len(reading.broken))
    if reading.ambiguous:
        yield _file_check("clear_letters", reading.count_rows, len(reading.ambiguous))


def _unparsed(contract: Contract, stage: Stage, reading: _Reading) -> Iterator[CheckResult]:
    stage.put_outside(reading.broken, None, quarantine.BROKEN_ROW, "row_shape")
    stage.put_outside(reading.ambiguous, None, quarantine.AMBIGUOUS_LETTERS, "clear_letters")
    for column in contract.columns:
        rows = reading.failed.get(column.name, [])
        stage.put_outside(rows, column.name, quarantine.NOT_PARSEABLE, "parses")
        yield _check("parses", column.name, reading.count_sent.get(column.name, 0), len(rows))


def _unexpected(stage: Stage, outcome: Outcome) -> CheckResult:
    """A rule's verdict, its rows put outside. A value that did not parse is not also missing."""
    rule, failing = outcome.rule, outcome.failing
    if rule.reason_code == quarantine.MISSING_VALUE and len(failing):
        unparsed = stage.rows_failed_to_parse(rule.column_name, quarantine.NOT_PARSEABLE)
        failing = [row for row in failing if row not in unparsed]
    stage.put_outside(failing, rule.column_name, rule.reason_code, rule.check_name)
    return _check(rule.check_name, rule.column_name, outcome.count_evaluated, len(failing))


def _repeated(stage: Stage) -> list[CheckResult]:
    count_passed = stage.count("accepted")
    duplicates, conflicting = stage.repeated_rows()
    stage.put_outside(duplicates, None, quarantine.DUPLICATE_ROW, "rows_unique")
    stage.put_outside(conflicting, None, quarantine.CONFLICTING_ROWS, "keys_consistent")
    return [
        _file_check("rows_unique", count_passed, len(duplicates)),
        _file_check("keys_consistent", count_passed, len(conflicting)),
    ]


def _agreements(contract: Contract, stage: Stage) -> Iterator[CheckResult]:
    if contract.iin_column is None:
        return
    count_passed = stage.count("accepted")
    for name, check in _AGREEMENTS.items():
        if name in contract.column_names:
            yield _check(check, name, count_passed, stage.count("accepted", f"not _{check}"))


def _contents(
    source: FileToJudge, contract: Contract, outside: Sequence[int]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """What the rows outside held, as received: the file is read again for them."""
    if not outside:
        return
    wanted = frozenset(outside)
    for chunk in open_table(source.name, source.stream(), contract):
        for position, number in enumerate(chunk.row_numbers):
            if number in wanted:
                yield number, chunk.row(position)
        for number, text in chunk.broken_rows.items():
            yield number, {"_line": text}


def _file_check(name: str, count_evaluated: int, count_failed: int) -> CheckResult:
    return _check(name, None, count_evaluated, count_failed)


def _check(name: str, column: str | None, count_evaluated: int, count_failed: int) -> CheckResult:
    return CheckResult(name, column, count_evaluated, count_failed, count_failed == 0)
