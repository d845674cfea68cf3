"""Weekly lists for tests: bodies and candidates made by hand, and files read back as a body reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineWorkbook

from ingestion.config import IngestionConfig
from ingestion.list_identities import VaultRow
from ingestion.raw_store import open_warehouse
from ingestion.vetting_lists import Letterhead, plan_lists
from ingestion.vetting_records import Body, Candidate, WeeklyList
from ingestion.vetting_register import Register, read_register

DAY, DUE = date(2025, 6, 16), date(2025, 6, 23)
AS_OF = datetime(2025, 6, 16, 3)
COLUMNS = (
    "number", "candidate_no", "iin", "last_name", "first_name", "middle_name", "birth_on", "change",
    "previous",
)  # fmt: skip


def _body(code: str, order: int, language: str, last_day_on: date | None = None) -> Body:
    return Body(code, order, language, {lang: f"{code} {lang}" for lang in ("kk", "ru", "en")}, last_day_on)


BODIES = {
    "GPO": _body("GPO", 1, "kk"),
    "NSC": _body("NSC", 2, "ru"),
    "ACS": _body("ACS", 3, "kk", date(2025, 7, 13)),
    "MOJ": _body("MOJ", 6, "en"),
}
EMPTY = Register(frozenset(), frozenset(), None, 0, ())


def candidates_of(
    config: IngestionConfig, body: str = "GPO", to: str = "", previous: str | None = None
) -> list[Candidate]:
    """Everybody whose registration landed, to be put on the next list of a body."""
    with open_warehouse(config.warehouse, read_only=True) as connection:
        rows = connection.execute(
            "select candidate_no, _batch_id, _row_number, identity_key from raw.platform__registrations"
        ).fetchall()
    change = "changed" if previous else "new"
    return [
        Candidate(number, body, to or body, change, previous, VaultRow(batch, row, key))
        for number, batch, row, key in rows
    ]


def planned(candidates: Sequence[Candidate], register: Register = EMPTY) -> list[WeeklyList]:
    """The lists of a Monday."""
    return plan_lists(candidates, BODIES, register, season="2025", sent_on=DAY, due_on=DUE)


def register_of(config: IngestionConfig) -> Register:
    """The register as it is in the warehouse."""
    with open_warehouse(config.warehouse, read_only=True) as connection:
        return read_register(connection)


def letterhead(by: str = "vetting.officer", language: str = "en") -> Letterhead:
    """A drawing of that Monday."""
    return Letterhead(by, language, "", AS_OF)


def sheets(path: Path) -> dict[str, list[list[object]]]:
    """All sheets of a workbook."""
    workbook = CalamineWorkbook.from_path(str(path))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def texts(rows: Sequence[Sequence[object]]) -> str:
    """What a sheet says, a line a cell."""
    return "\n".join(str(cell) for row in rows for cell in row if cell != "")


def people_on(path: Path) -> list[Mapping[str, object]]:
    """The people on a list, by the columns of its second sheet."""
    _, rows = sheets(path).values()
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]
