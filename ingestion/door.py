"""The checks at the door: from the bytes of one file to the rows that may land.

Belongs here: the order of the checks of one file and who decides each: the reader whether it can be read,
this module whether its columns are there, ``parsing.py`` whether values are of their type,
``expectations.py`` whether they are allowed, ``quarantine.py`` what repeated rows mean. Each is decided once.
Nothing here touches a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion import iin, quarantine
from ingestion.batches import CheckResult
from ingestion.contracts.model import Contract
from ingestion.expectations import ROW_NUMBER, Rule, failing_rows, verdicts
from ingestion.parsing import ParsedColumn, parse_column
from ingestion.quarantine import QuarantineEntry, find_repeats
from ingestion.readers import RawTable, UnreadableFileError, file_format, read_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# Checks that report something worth a look and keep no row outside.
WARNING_CHECKS = frozenset(
    {"no_extra_columns", "agreed_format", "has_rows", "iin_agrees_with_birth_on", "iin_agrees_with_sex_code"}
)


@dataclass(frozen=True)
class Inspection:
    """What the door says of one file.

    accepted: rows that may land, the contract's columns with their types and ``_row_number`` (None if the
    file is quarantined whole). reason_code: why the whole file stays outside, or ``EMPTY_FILE``.
    rows_outside: content of quarantined rows as received, by row number; it goes to the vault and nowhere
    else.
    """

    reason_code: str | None
    count_read: int
    accepted: pa.Table | None
    entries: tuple[QuarantineEntry, ...]
    checks: tuple[CheckResult, ...]
    rows_outside: Mapping[int, Mapping[str, object]]

    @property
    def is_quarantined_whole(self) -> bool:
        """Whether nothing of the file may land."""
        return self.accepted is None

    @property
    def count_accepted(self) -> int:
        """Rows that may land."""
        return 0 if self.accepted is None else self.accepted.num_rows


def inspect(name: str, content: bytes, contract: Contract) -> Inspection:
    """Check one file of a feed. ``name`` tells its format, ``content`` is all of it."""
    try:
        table = read_table(name, content)
    except UnreadableFileError:
        return _reject(
            quarantine.UNREADABLE_FILE, "file_readable", [None], [_file_check("file_readable", 1, 1)], 0
        )
    file_checks = [_file_check("file_readable", 1, 0), *_shape_checks(name, table, contract)]
    missing = [
        column.name for column in contract.columns if column.required and column.name not in table.columns
    ]
    if missing:
        return _reject(quarantine.MISSING_COLUMN, "columns_present", missing, file_checks, table.count_rows)
    return _inspect_rows(table, contract, file_checks)


def _reject(
    reason: str, check: str, columns: Iterable[str | None], checks: Iterable[CheckResult], count_read: int
) -> Inspection:
    entries = tuple(QuarantineEntry(None, column, reason, check) for column in columns)
    return Inspection(reason, count_read, None, entries, tuple(checks), {})


def _shape_checks(name: str, table: RawTable, contract: Contract) -> list[CheckResult]:
    """Checks of the file as such. Names of extra columns are not kept.

    A file without header has people's values there.
    """
    required = {column.name for column in contract.columns if column.required}
    extra = set(table.columns) - set(contract.column_names)
    return [
        _file_check("columns_present", len(required), len(required - set(table.columns))),
        _file_check("no_extra_columns", len(table.columns), len(extra)),
        _file_check("agreed_format", 1, int(file_format(name) != contract.file_format)),
        _file_check("has_rows", 1, int(table.count_rows == 0)),
        _file_check("row_shape", table.count_rows, len(table.broken_rows)),
    ]


def _inspect_rows(table: RawTable, contract: Contract, file_checks: list[CheckResult]) -> Inspection:
    parsed = _parse(table, contract)
    frame = _frame(table, contract, parsed)
    entries = [QuarantineEntry(row, None, quarantine.BROKEN_ROW, "row_shape") for row in table.broken_rows]
    checks = list(file_checks)
    for step in (_unparsed(table, parsed), _unexpected(table, contract, parsed, frame)):
        entries += step[0]
        checks += step[1]
    passed = frame[~frame[ROW_NUMBER].isin({entry.row_number for entry in entries})]
    repeated_entries, repeated_checks = _repeated(contract, passed)
    entries += repeated_entries
    checks += repeated_checks + _agreement_checks(contract, passed)
    outside = {entry.row_number for entry in entries if entry.row_number is not None}
    return Inspection(
        reason_code=quarantine.EMPTY_FILE if table.count_rows == 0 else None,
        count_read=table.count_rows,
        accepted=_accepted(table, parsed, outside),
        entries=tuple(sorted(entries, key=lambda entry: (entry.row_number or 0, entry.column_name or ""))),
        checks=tuple(checks),
        rows_outside=_content(table, outside),
    )


def _parse(table: RawTable, contract: Contract) -> dict[str, ParsedColumn]:
    nothing = [None] * len(table.row_numbers)
    return {
        column.name: parse_column(
            table.columns.get(column.name, nothing), column, naive_is_utc=table.naive_is_utc
        )
        for column in contract.columns
    }


def _frame(table: RawTable, contract: Contract, parsed: Mapping[str, ParsedColumn]) -> pd.DataFrame:
    """The parsed columns as pandas evaluates them: nullable types, dates as moments, decimals exact."""
    import pandas as pd
    import pyarrow as pa

    nullable = {
        pa.string(): pd.StringDtype("pyarrow"),
        pa.int32(): pd.Int32Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    arrow = pa.table({name: column.values for name, column in parsed.items()})
    frame = arrow.to_pandas(date_as_object=False, types_mapper=nullable.get)
    frame[ROW_NUMBER] = list(table.row_numbers)
    for column in contract.columns:
        for name, judged in verdicts(column, parsed[column.name].values).items():
            frame[name] = pd.array(judged, dtype="boolean")
    return frame


def _unparsed(
    table: RawTable, parsed: Mapping[str, ParsedColumn]
) -> tuple[list[QuarantineEntry], list[CheckResult]]:
    entries, checks = [], []
    for name, column in parsed.items():
        rows = [table.row_numbers[position] for position in column.failed]
        entries += [QuarantineEntry(row, name, quarantine.NOT_PARSEABLE, "parses") for row in rows]
        count_sent = len(column.values) - column.values.null_count + len(rows)
        checks.append(_check("parses", name, count_sent, len(rows)))
    return entries, checks


def _unexpected(
    table: RawTable, contract: Contract, parsed: Mapping[str, ParsedColumn], frame: pd.DataFrame
) -> tuple[list[QuarantineEntry], list[CheckResult]]:
    """Rows against the contract's rules. A value that did not parse is not also missing."""
    entries, checks = [], []
    for rule, failing in failing_rows(contract, frame).items():
        if rule.reason_code == quarantine.MISSING_VALUE:
            failing -= {table.row_numbers[position] for position in parsed[rule.column_name].failed}
        entries += [
            QuarantineEntry(row, rule.column_name, rule.reason_code, rule.check_name)
            for row in sorted(failing)
        ]
        checks.append(_check(rule.check_name, rule.column_name, _count_evaluated(rule, frame), len(failing)))
    return entries, checks


def _count_evaluated(rule: Rule, frame: pd.DataFrame) -> int:
    return int(frame[list(rule.needs)].notna().all(axis=1).sum()) if rule.needs else len(frame)


def _repeated(contract: Contract, passed: pd.DataFrame) -> tuple[list[QuarantineEntry], list[CheckResult]]:
    repeats = find_repeats(passed[[*contract.column_names, ROW_NUMBER]], contract.key, ROW_NUMBER)
    found = (
        ("rows_unique", quarantine.DUPLICATE_ROW, repeats.duplicates),
        ("keys_consistent", quarantine.CONFLICTING_ROWS, repeats.conflicting),
    )
    entries = [
        QuarantineEntry(int(row), None, reason, check) for check, reason, rows in found for row in rows
    ]
    return entries, [_file_check(check, len(passed), len(rows)) for check, _, rows in found]


def _agreement_checks(contract: Contract, passed: pd.DataFrame) -> list[CheckResult]:
    """Whether the IIN agrees with what the person declared: a warning, since issuers differ (FACTS §4)."""
    if contract.iin_column is None:
        return []
    numbers = passed[contract.iin_column.name]
    told: dict[str, Any] = {"birth_on": iin.birth_date, "sex_code": iin.sex_code}
    checks = []
    for name in (name for name in told if name in contract.column_names):
        declared = passed[name].dt.date if name == "birth_on" else passed[name]
        failed = sum(told[name](number) != value for number, value in zip(numbers, declared, strict=True))
        checks.append(_check(f"iin_agrees_with_{name}", name, len(passed), failed))
    return checks


def _accepted(table: RawTable, parsed: Mapping[str, ParsedColumn], outside: set[int]) -> pa.Table:
    import pyarrow as pa

    columns = {name: column.values for name, column in parsed.items()}
    columns[ROW_NUMBER] = pa.array(table.row_numbers, type=pa.int32())
    rows = pa.table(columns)
    if not outside:
        return rows
    return rows.filter(pa.array([number not in outside for number in table.row_numbers], type=pa.bool_()))


def _content(table: RawTable, outside: set[int]) -> dict[int, Mapping[str, object]]:
    content: dict[int, Mapping[str, object]] = {
        number: table.row(position) for position, number in enumerate(table.row_numbers) if number in outside
    }
    content.update({number: {"_line": text} for number, text in table.broken_rows.items()})
    return content


def _file_check(name: str, count_evaluated: int, count_failed: int) -> CheckResult:
    return _check(name, None, count_evaluated, count_failed)


def _check(name: str, column: str | None, count_evaluated: int, count_failed: int) -> CheckResult:
    return CheckResult(name, column, count_evaluated, count_failed, count_failed == 0)
