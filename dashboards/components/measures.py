"""Measured numbers: how they are written, the words of their codes, and what is said where there are none.

Belongs here: what the pages of tests and of marking share. Does not belong here: which numbers they show
(dashboards/views/), reading results (dashboards/measurement_files.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import measurement_files
from dashboards.components import formats, tables
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row

#: A p-value below it is written as less than it.
LEAST_SHOWN = 0.0001
_P_VALUES = ("p_value", "p_adjusted", "p_answers", "p_times")
#: method -> the command that computes it
COMMANDS: Mapping[str, str] = {
    "dif": "rezerv measurement dif",
    "drift": "rezerv measurement drift",
    "similarity": "rezerv measurement similarity",
    "agreement": "rezerv measurement marking",
    "facets": "rezerv measurement marking",
}


def decimal(value: float | Decimal | None, digits: int, language: str) -> str:
    """Write a measured number with `digits` decimals, a comma in Kazakh and Russian; a dash for None."""
    if value is None or value != value:
        return formats.NOTHING
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text if language == "en" else text.replace(".", ",")


def p_value(value: float | None, language: str) -> str:
    """Write a p-value with four decimals; a smaller one as less than the least shown."""
    if value is not None and value < LEAST_SHOWN:
        return f"< {decimal(LEAST_SHOWN, 4, language)}"
    return decimal(value, 4, language)


def percent(value: float | Decimal | None, language: str) -> str:
    """Write a share from 0 to 1 as a percentage without decimals; a dash for None."""
    return formats.NOTHING if value is None else f"{decimal(value * 100, 0, language)} %"


def words(codes: str | None, texts: Texts) -> str:
    """Return the words of a code, or of several with commas between; empty for None."""
    return ", ".join(texts(f"measured.{code}") for code in codes.split(", ")) if codes else ""


def results(visit: Visit, method: str, *names: str) -> dict[str, list[Row]] | None:
    """Return named tables of a method on the release that is read; None after saying why there are none."""
    texts, release_id = visit.texts, visit.release.manifest.release_id
    try:
        return {name: measurement_files.read_table(release_id, method, name) for name in names}
    except measurement_files.NotMeasured:
        st.info(texts("measured.not_measured", release=release_id, command=COMMANDS[method]))
        if method == "facets":
            st.caption(texts("measured.needs_package"))
    except measurement_files.ResultsAltered as error:
        st.error(texts("measured.altered", release=release_id, folder=error, command=COMMANDS[method]))
    return None


def show_grid(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    texts: Texts,
    comments: Mapping[str, str],
    key: str,
    digits: Mapping[str, int] | None = None,
) -> None:
    """Show a long list in a grid that sorts; `digits`: decimals of columns of fractions, two unless named."""
    import pandas as pd

    frame = pd.DataFrame([list(row) for row in rows], columns=list(names))
    writers: dict[Any, Callable[[Any], str] | str | None] = {}
    for place, name in enumerate(names):
        kinds = {type(row[place]) for row in rows if row[place] is not None}
        if kinds & {float, Decimal}:
            frame[name] = frame[name].astype("float64")
            writers[name] = _writer(name, (digits or {}).get(name, 2), texts.language)
        elif kinds == {int}:
            frame[name] = frame[name].astype("Int64")
        elif kinds == {int, str}:
            frame[name] = frame[name].map(str)
    config = {
        name: st.column_config.Column(
            texts(f"column.{name}"), help=tables.describe(name, texts, comments) or None
        )
        for name in names
    }
    shown = frame.style.format(writers) if writers else frame
    st.dataframe(shown, hide_index=True, column_config=config, key=key, width="stretch", placeholder="")


def _writer(name: str, digits: int, language: str) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if value is None or math.isnan(value):
            return ""
        return p_value(value, language) if name in _P_VALUES else decimal(value, digits, language)

    return write


def table(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    title: str,
    texts: Texts,
    comments: Mapping[str, str],
    digits: Mapping[str, int] | None = None,
) -> str:
    """Return a small table: numbers written in the language and to the right, words to the left."""
    is_words = [any(isinstance(row[place], str) for row in rows) for place in range(len(names))]
    columns = [
        tables.column(name, texts, comments, "name" if left else "num")
        for name, left in zip(names, is_words, strict=True)
    ]
    lines = [
        tables.table_row(
            columns,
            [
                _cell(name, value, (digits or {}).get(name, 2), texts.language)
                for name, value in zip(names, row, strict=True)
            ],
        )
        for row in rows
    ]
    return tables.html_table(columns, lines, title)


def _cell(name: str, value: Any, digits: int, language: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return formats.number(value, language)
    return p_value(value, language) if name in _P_VALUES else decimal(value, digits, language)
