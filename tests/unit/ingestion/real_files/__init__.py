"""Files as spreadsheets, databases and offices write them, one for each way of writing.

Here: what each file is and how many rows it has. ``make.py`` writes them. Everybody in them is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class RealFile:
    """A file of this folder.

    count_rows: rows read. count_outside: of them, rows that may not land. remarks: what its reader tolerates.
    """

    name: str
    feed: str
    count_rows: int
    count_outside: int = 0
    remarks: frozenset[str] = frozenset()

    @property
    def path(self) -> Path:
        """Where it lies."""
        return FOLDER / self.name


def _file(name: str, count_rows: int, *remarks: str, count_outside: int = 0) -> RealFile:
    feed = "__".join(name.split(".")[0].split("__")[:2])
    return RealFile(name, feed, count_rows, count_outside, frozenset(remarks))


REAL_FILES = (
    _file("platform__withdrawals__utf8.csv", 3),
    _file("platform__withdrawals__utf8_with_bom.csv", 3),
    _file("platform__withdrawals__tabs.csv", 3, "other_delimiter"),
    _file("platform__withdrawals__lone_cr.csv", 3),
    _file("platform__withdrawals__extra_columns.csv", 3),
    _file("platform__withdrawals__packed.csv.gz", 3),
    _file("platform__withdrawals__lines.jsonl", 3),
    _file("vetting__replies__windows_1251.csv", 3, "windows_1251", "other_delimiter"),
    # Two rows have letters that Windows-1251 and KZ-1048 read differently; the one with і has none.
    _file("vetting__replies__kz1048.csv", 3, "windows_1251", "other_delimiter", count_outside=2),
    _file("vetting__replies__kazakh_letters.csv", 3),
    _file("vetting__replies__quoted_line_ends.csv", 3),
    _file("vetting__replies__kazakh_letters.xlsx", 3),
    _file("vetting__replies__dates.xlsx", 3),
    _file("vetting__replies__dates_as_text.xlsx", 3),
    _file("vetting__replies__several_sheets.xlsx", 3, "other_sheets"),
    _file("agency__commission_marks__semicolons.csv", 3, "other_delimiter"),
    _file("agency__commission_marks__titles.csv", 3, "other_delimiter", "title_rows"),
    _file("agency__commission_marks__merged_titles.xlsx", 3, "title_rows"),
    _file("agency__commission_marks__other_order.xlsx", 3),
    _file("academy__assessor_marks__numbers_as_text.xlsx", 3),
    _file("academy__assessor_marks__empty_rows.xlsx", 3),
    # A mark that shows #N/A in the first row, one that was never calculated in the second.
    _file("academy__assessor_marks__error_cells.xlsx", 3, count_outside=2),
    _file("platform__answers__int8.parquet", 3),
    _file("platform__answers__int64.parquet", 3),
    _file("platform__answers__uint16.parquet", 3),
)
