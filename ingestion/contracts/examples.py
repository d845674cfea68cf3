"""Made-up rows that keep a contract, and writing rows in the format of a feed.

Belongs here: small examples for the feeds' pages and for tests. All of it is synthetic and says so; whole
seasons are written by ``ingestion/sample_season/``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ingestion.clock import local_zone
from ingestion.contracts.model import Column, Contract

COUNT_EXAMPLES = 3
_FIRST_DAY = date(2025, 6, 2)
_FIRST_MOMENT = datetime(2025, 6, 3, 10, 15)
# Values that cannot be made from the column's rules; the IINs are the synthetic ones of FACTS §4.
_GIVEN: dict[str, tuple[Any, ...]] = {
    "iin": ("920615400001", "850203450012", "900515350024"),
    "birth_on": (date(1992, 6, 15), date(1985, 2, 3), date(1990, 5, 15)),
    "sex_code": ("female", "female", "male"),
    "last_name": ("Синтетикалық-Бірінші", "Синтетикалық-Екінші", "Синтетикалық-Үшінші"),
    "first_name": ("Үлгі", "Үлгі", "Үлгі"),
    "middle_name": ("Мысалқызы", "Мысалқызы", "Мысалұлы"),
    "phone": ("+77000000001", "+77000000002", "+77000000003"),
    "email": ("synthetic.1@example.invalid", "synthetic.2@example.invalid", "synthetic.3@example.invalid"),
    "document_number": ("SYN-0000001", "SYN-0000002", "SYN-0000003"),
    "submission_no": (1, 1, 0),
    "list_no": ("GPO-2025-03", "GPO-2025-03", "GPO-2025-03"),
    "body_code": ("GPO", "GPO", "GPO"),
    "ground_code": ("G_01", "G_02", "G_03"),
    "candidate_no": ("R25-000123", "R25-000124", "R25-000125"),
    "track_codes": ("social|digital", "economy", "agro"),
    "case_code": ("CASE-SOC-1", "CASE-SOC-2", "CASE-SOC-3"),
    "slot_no": ("AC-0822-0900", "AC-0823-0900", "IV-0923-1000"),
    "member_code": ("PM-01", "TM-SOC-01", "OB-SOC-01"),
    "expert_code": ("EX-SOC-01", "EX-SOC-02", "EX-SOC-03"),
    "employer_bin": ("990140000011", "010240000022", "050640000033"),
}


def example_rows(contract: Contract) -> list[dict[str, Any]]:
    """Three synthetic rows that keep the contract, typed; moments are local without zone.

    In the last row the columns that may be empty are empty.
    """
    rows = []
    for number in range(COUNT_EXAMPLES):
        is_last = number == COUNT_EXAMPLES - 1
        rows.append(
            {
                column.name: None if is_last and not column.required else _example(column, position, number)
                for position, column in enumerate(contract.columns)
            }
        )
    return rows


def _example(column: Column, position: int, number: int) -> Any:
    if column.name in _GIVEN:
        return _GIVEN[column.name][number]
    if column.examples:
        return column.examples[number % len(column.examples)]
    if column.valid_values:
        return column.valid_values[number % len(column.valid_values)]
    match column.logical_type:
        case "integer":
            value = max(column.minimum or 0, 1) + number
            return value if column.maximum is None else min(value, column.maximum)
        case "number":
            return Decimal("0.8750") if column.maximum == 1 else Decimal("12.5000") + number
        case "boolean":
            return True
        case "date":
            return _FIRST_DAY + timedelta(days=position + number)
        case "timestamp":
            return _FIRST_MOMENT + timedelta(days=number, hours=position)
    stem = column.name.removesuffix("_id").removesuffix("_no").removesuffix("_code").replace("_", "-")
    return f"{stem.upper()}-{number + 1:04d}"


def written(contract: Contract, rows: Sequence[Mapping[str, Any]], file_format: str | None = None) -> bytes:
    """Rows (typed as ``example_rows`` gives them, or text) as a file of the feed, in its agreed format or
    another.

    Columns are those of the first row, so that a row may have more or fewer than the contract.
    """
    names = list(rows[0]) if rows else list(contract.column_names)
    match file_format or contract.file_format:
        case "csv":
            return _written_csv(names, rows)
        case "jsonl":
            lines = [
                json.dumps({name: _text_or_json(row[name]) for name in names}, ensure_ascii=False)
                for row in rows
            ]
            return "".join(f"{line}\n" for line in lines).encode()
        case "xlsx":
            return _written_xlsx(names, rows)
        case "parquet":
            return _written_parquet(contract, names, rows)
    raise ValueError(f"no writer for {file_format}")


def _text_or_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=local_zone()).isoformat()
    return (
        value.isoformat()
        if isinstance(value, date)
        else float(value)
        if isinstance(value, Decimal)
        else value
    )


def _written_csv(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        cells = [_text_or_json(row[name]) for name in names]
        writer.writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in cells])
    return target.getvalue().encode()


def _written_xlsx(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    import xlsxwriter

    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = workbook.add_worksheet("synthetic")
    sheet.write_row(0, 0, names)
    for number, row in enumerate(rows, start=1):
        for position, name in enumerate(names):
            value = row[name]
            if isinstance(value, datetime):
                sheet.write_datetime(number, position, value, moment)
            elif value is not None:
                sheet.write(number, position, value)
    workbook.close()
    return target.getvalue()


def _written_parquet(contract: Contract, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ingestion.parsing import arrow_type

    columns = {}
    for name in names:
        values = [_in_utc(row[name]) for row in rows]
        kind = arrow_type(contract.column(name)) if name in contract.column_names else None
        is_text = any(isinstance(value, str) for value in values)
        columns[name] = pa.array(values, type=pa.string() if is_text else kind)
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def _in_utc(value: Any) -> Any:
    from ingestion.clock import local_to_utc

    return local_to_utc(value) if isinstance(value, datetime) else value
