"""A list as a file: CSV, Excel and PDF, each saying what it is of.

Belongs here: pure functions from a list and its facts to the bytes of a file. Does not belong here: which
lists there are (dashboards/views/), the buttons and the access log (dashboards/components/downloads.py).

Values are shown as text and never as a formula: what begins with `=`, `+`, `-` or `@` in a CSV gets a mark
before it that spreadsheets hide. The same list of the same release gives the same bytes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dashboards.components import formats

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE = Path(__file__).parent / "export.typ"
#: Rows of a list that are printed: a longer one is for a table program, and its PDF says so.
MOST_PRINTED = 2000
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_HEADER_LINE = "# "


@dataclass(frozen=True)
class Export:
    """A list with what is printed on it.

    facts: (name, value) pairs, such as release, as-of and filters. made_at: the release's moment (UTC), by
    which files are dated. page: "page {page} of {pages}" in the language; cut: said where not all rows are
    printed, with `{shown}` and `{all}`.
    """

    title: str
    language: str
    facts: Sequence[tuple[str, str]]
    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    made_at: datetime
    page: str = ""
    cut: str = ""


def csv_file(export: Export) -> bytes:
    """Return a CSV in UTF-8 with its mark: lines of facts that begin with `#`, headings, rows."""
    facts = [f"{_HEADER_LINE}{name}: {value}" for name, value in [("", export.title), *export.facts] if value]
    facts[0] = f"{_HEADER_LINE}{export.title}"
    head = "".join(f"{_plain(line)}\r\n" for line in facts)
    rows = [[_harmless(value) for value in row] for row in export.rows]
    return head.encode("utf-8-sig") + formats.csv_bytes(export.header, rows).removeprefix(b"\xef\xbb\xbf")


def _plain(text: str) -> str:
    return " ".join(text.split())


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_SIGNS):
        return f"'{value}"
    return value


def excel_file(export: Export) -> bytes:
    """Return a workbook: the facts above, the list as a table with filters under a heading that stays."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True},
    )
    book.set_properties({"title": export.title, "created": export.made_at})
    bold, heading = book.add_format({"bold": True, "font_size": 13}), book.add_format({"bold": True})
    heading.set_bottom(1)
    heading.set_text_wrap()
    heading.set_valign("top")
    kinds = {
        Decimal: book.add_format({"num_format": "0.00##"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = book.add_worksheet("list")
    sheet.write_string(0, 0, export.title, bold)
    for number, (fact, told) in enumerate(export.facts, start=1):
        sheet.write_string(number, 0, f"{fact}: {told}")
    top = len(export.facts) + 2
    for column, name in enumerate(export.header):
        sheet.write_string(top, column, name, heading)
        texts = [len(str(row[column])) for row in export.rows[:200] if row[column] is not None]
        sheet.set_column(column, column, min(60, max([10, *texts, len(name) // 2]) + 2))
    for number, row in enumerate(export.rows, start=top + 1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, kinds)
    sheet.freeze_panes(top + 1, 0)
    if export.header:
        sheet.autofilter(top, 0, top + max(1, len(export.rows)), len(export.header) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(top)
    book.close()
    return out.getvalue()


def _write_cell(sheet: object, row: int, column: int, value: object, kinds: dict[type, object]) -> None:
    write = sheet  # a worksheet of xlsxwriter, which has no types
    if value is None:
        return
    if isinstance(value, bool):
        write.write_boolean(row, column, value)  # type: ignore[attr-defined]
    elif isinstance(value, int):
        write.write_number(row, column, value)  # type: ignore[attr-defined]
    elif isinstance(value, (Decimal, float)):
        write.write_number(row, column, float(value), kinds[Decimal])  # type: ignore[attr-defined]
    elif isinstance(value, datetime):
        write.write_datetime(row, column, value, kinds[datetime])  # type: ignore[attr-defined]
    elif isinstance(value, date):
        write.write_datetime(row, column, value, kinds[date])  # type: ignore[attr-defined]
    else:
        write.write_string(row, column, str(value))  # type: ignore[attr-defined]


def pdf_file(export: Export) -> bytes:
    """Return a PDF in landscape, with page x of y; at most MOST_PRINTED rows, said if there are more."""
    import typst

    rows = export.rows[:MOST_PRINTED]
    numeric = [_is_numeric([row[column] for row in rows]) for column in range(len(export.header))]
    cut = ""
    if len(export.rows) > len(rows):
        shown, count = (formats.number(size, export.language) for size in (len(rows), len(export.rows)))
        cut = export.cut.format(shown=shown, all=count)
    content = {
        "title": export.title,
        "language": export.language,
        "facts": [list(fact) for fact in export.facts],
        "cut": cut,
        "page": export.page,
        "columns": [
            {"name": name, "numeric": is_numeric}
            for name, is_numeric in zip(export.header, numeric, strict=True)
        ],
        "rows": [[written(value, export.language) for value in row] for row in rows],
    }
    return bytes(
        typst.compile(
            TEMPLATE.read_bytes(),
            font_paths=_fonts(),
            format="pdf",
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            timestamp=int(export.made_at.replace(tzinfo=UTC).timestamp()),
        )
    )


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    """The fonts inside the wheel, which have the Kazakh letters, and none of the machine's."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _is_numeric(values: Sequence[object]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(
        isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in known
    )


def written(value: object, language: str) -> str:
    """Write a value for a reader of `language`; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else formats.NOTHING
    if isinstance(value, int):
        return formats.number(value, language)
    if isinstance(value, Decimal):
        text = formats.points(value, language) if -value.as_tuple().exponent <= 2 else f"{value}"  # type: ignore[operator]
        return text if language == "en" else text.replace(".", ",")
    if isinstance(value, float):
        text = f"{value:.4g}"
        return text if language == "en" else text.replace(".", ",")
    if isinstance(value, datetime):
        return formats.local_text(value, language)
    if isinstance(value, date):
        return formats.day_text(value, language)
    return str(value)
