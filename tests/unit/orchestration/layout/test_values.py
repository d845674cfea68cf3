from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from orchestration.layout import values
from orchestration.layout.content import Chart, ChartKind, Column, Document, Fewer, Kind, Series, Table, Value
from tests.unit.orchestration.layout import sample

BLANK = "\u00a0"
# of Astana, in UTC
MIDNIGHT = datetime(2025, 6, 30, 19, 0)


@pytest.mark.parametrize(
    ("value", "kind", "kk", "ru", "en"),
    [
        (None, Kind.WHOLE, "–", "–", "–"),
        (Fewer(5), Kind.WHOLE, "< 5", "< 5", "< 5"),
        (12345, Kind.WHOLE, f"12{BLANK}345", f"12{BLANK}345", "12,345"),
        (-3, Kind.WHOLE, "-3", "-3", "-3"),
        (Decimal("17.335"), Kind.DECIMAL, "17,34", "17,34", "17.34"),
        (Decimal("2.665"), Kind.DECIMAL, "2,67", "2,67", "2.67"),
        (Decimal("0.12345"), Kind.PERCENT, "12,3%", f"12,3{BLANK}%", "12.3%"),
        (1, Kind.PERCENT, "100,0%", f"100,0{BLANK}%", "100.0%"),
        (date(2025, 7, 6), Kind.DAY, "06.07.2025", "06.07.2025", "6 Jul 2025"),
        (MIDNIGHT, Kind.MOMENT, "01.07.2025 00:00", "01.07.2025 00:00", "1 Jul 2025, 00:00"),
        ("two\nlines\u202e", Kind.TEXT, "two�lines�", "two�lines�", "two�lines�"),
    ],
)  # fmt: skip
def test_values_as_each_language_writes_them(value: Value, kind: Kind, kk: str, ru: str, en: str) -> None:
    assert [values.written(value, kind, language) for language in ("kk", "ru", "en")] == [kk, ru, en]


def test_days_in_sentences() -> None:
    day = date(2025, 8, 8)
    assert [values.long_day(day, language) for language in ("kk", "ru", "en")] == [
        "2025\u202fж. 8 тамыз", "8 августа 2025\u202fг.", "8 August 2025",
    ]  # fmt: skip


def test_decimals_as_many_as_asked() -> None:
    assert values.written(Decimal("1234.5"), Kind.DECIMAL, "en", digits=0) == "1,235"
    assert values.written(Decimal("0.0006"), Kind.DECIMAL, "en", digits=3) == "0.001"


@pytest.mark.parametrize(
    ("value", "kind"),
    [("12", Kind.WHOLE), (12, Kind.TEXT), (Decimal(1), Kind.WHOLE), (datetime(2025, 1, 1), Kind.DAY)],
)
def test_a_value_of_another_kind_is_a_defect(value: Value, kind: Kind) -> None:
    with pytest.raises(TypeError, match=str(kind)):
        values.written(value, kind, "en")


def test_content_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="1 values under 2 columns"):
        Table("T", "T", (Column("a"), Column("b")), (("x",),))
    with pytest.raises(ValueError, match="not as long"):
        Chart(ChartKind.BAR, "C", "C", ("a", "b"), (Series("s", (1,)),))
    with pytest.raises(ValueError, match="unknown language"):
        Document("k", "T", "de", sample.identity(), ())
