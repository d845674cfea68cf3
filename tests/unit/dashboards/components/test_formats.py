from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from dashboards.components import formats


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (4876, "en", "4,876"),
        (4876, "ru", "4\u00a0876"),
        (1234567, "kk", "1\u00a0234\u00a0567"),
        (0, "en", "0"),
        (None, "en", "–"),
    ],
)
def test_number(value: int | None, language: str, text: str) -> None:
    assert formats.number(value, language) == text


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [(Decimal("4.3"), "en", "4.30"), (Decimal("17.00"), "kk", "17,00"), (None, "ru", "–")],
)
def test_points(value: Decimal | None, language: str, text: str) -> None:
    assert formats.points(value, language) == text


def test_fraction() -> None:
    assert formats.fraction(13, 3) == "13/3"
    assert formats.fraction(17, 1) == "17"
    assert formats.fraction(None, None) == "–"


def test_moments_are_written_in_astana_time() -> None:
    moment = datetime(2025, 10, 28, 20, 30)
    assert formats.moment_text(moment, "ru") == "29.10.2025 01:30"
    assert formats.moment_text(moment, "en") == "29 Oct 2025, 01:30"
    assert formats.moment_text(None, "kk") == "–"


def test_csv_opens_with_the_right_letters() -> None:
    content = formats.csv_bytes(["Орны", "a,b"], [[1, None], ["ә", Decimal("4.50")]])
    assert content.decode("utf-8-sig") == 'Орны,"a,b"\r\n1,\r\nә,4.50\r\n'
    assert content.startswith(b"\xef\xbb\xbf")


def test_file_names_hold_nothing_odd() -> None:
    assert formats.file_name("funnel", "2025/r 1") == "funnel_2025-r-1.csv"
