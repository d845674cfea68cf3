"""Tables and rows of figures as plain HTML, with every value escaped, and the grid for long lists.

Belongs here: pure functions from values to HTML, column headings with their descriptions.
Does not belong here: which rows are shown (dashboards/views/), SQL (dashboards/warehouse/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

import streamlit as st

from dashboards.components import formats
from dashboards.i18n import Texts

#: Rows of a list that are sent to a browser; a longer one is a file.
MOST_SHOWN = 2000


@dataclass(frozen=True)
class Column:
    """One heading: `css` is a class of its cells (num, wide), `description` its tooltip,
    `name` the warehouse column that it shows, `note` a smaller second line.
    """

    label: str
    css: str = ""
    description: str = ""
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Html:
    """Markup that has been escaped already; every other cell is escaped by the table."""

    markup: str


Cell = str | Html


def describe(name: str, texts: Texts, comments: Mapping[str, str]) -> str:
    """Return the tooltip of a column: in English the warehouse's description, else the catalogue's text."""
    written = comments.get(name) if texts.language == "en" else None
    return " ".join((written or texts.get(f"help.{name}") or "").split())


def column(name: str, texts: Texts, comments: Mapping[str, str], css: str = "") -> Column:
    """Make the heading of a warehouse column in the language of `texts`."""
    return Column(texts(f"column.{name}"), css, describe(name, texts, comments), name)


def _markup(cell: Cell) -> str:
    return cell.markup if isinstance(cell, Html) else escape(cell)


def table_row(columns: Sequence[Column], cells: Sequence[Cell], css: str = "") -> str:
    """Return one table row, its cells aligned as their columns say."""
    parts = [
        f'<td class="{heading.css}">{_markup(cell)}</td>'
        for heading, cell in zip(columns, cells, strict=True)
    ]
    return f'<tr class="{css}">{"".join(parts)}</tr>'


def span_row(columns: Sequence[Column], cell: Cell, css: str) -> str:
    """Return a row that is one cell across the whole table."""
    return f'<tr class="{css}"><td colspan="{len(columns)}">{_markup(cell)}</td></tr>'


def html_table(columns: Sequence[Column], rows: Sequence[str], name: str, max_height: int = 640) -> str:
    """Return a table in a box that scrolls beyond `max_height` pixels; `name` is for screen readers."""
    headings = "".join(_heading(heading) for heading in columns)
    label = escape(name)
    return (
        f'<div class="rz-scroll" style="max-height: {max_height}px" tabindex="0" role="region" '
        f'aria-label="{label}"><table class="rz-table"><thead><tr>{headings}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _heading(heading: Column) -> str:
    title = f' title="{escape(heading.description)}"' if heading.description else ""
    note = f"<small>{escape(heading.note)}</small>" if heading.note else ""
    return f'<th scope="col" class="{heading.css}"{title}>{escape(heading.label)}{note}</th>'


def figures(pairs: Sequence[tuple[str, str]], columns: int | None = None) -> str:
    """Return named figures, `columns` a row, all in one row where that is None."""
    cells = [
        f'<div class="rz-figure"><span>{escape(label)}</span><strong>{escape(value)}</strong></div>'
        for label, value in pairs
    ]
    return f'<div class="rz-figures" style="--columns: {columns or len(pairs)}">{"".join(cells)}</div>'


def show_grid(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    texts: Texts,
    comments: Mapping[str, str],
    key: str,
    link: Callable[[str], str] | None = None,
) -> None:
    """Show a long list in a grid that scrolls, sorts and searches; scores are shown with two decimals.

    Of more than MOST_SHOWN rows the first are shown, and it says so: the list's file has all. `link`: from a
    candidate number to the address that its cell leads to.
    """
    import pandas as pd

    if len(rows) > MOST_SHOWN:
        st.caption(texts("download.first_only", limit=formats.number(MOST_SHOWN, texts.language)))
    frame = pd.DataFrame([list(row) for row in rows[:MOST_SHOWN]], columns=list(names))
    scores = [name for name in names if name.endswith("_points") or name.startswith("points_")]
    for name in scores:
        frame[name] = frame[name].astype("float64")
    for name in (
        name
        for name in names
        if name in ("rank", "hours_left") or name.endswith("_rank") or name.startswith("rank_")
    ):
        frame[name] = frame[name].astype("Int64")
    config = {
        name: st.column_config.Column(texts(f"column.{name}"), help=describe(name, texts, comments) or None)
        for name in names
    }
    if link is not None and "candidate_no" in names:
        frame["candidate_no"] = [link(number) for number in frame["candidate_no"]]
        config["candidate_no"] = st.column_config.LinkColumn(
            texts("column.candidate_no"),
            help=describe("candidate_no", texts, comments) or None,
            display_text=r"candidate=([^&]+)",
        )
    # writing scores in the language costs time by the row, and the longest lists have none
    has_scores = any(frame[name].notna().any() for name in scores)
    shown = frame.style.format(_score_format(scores, texts.language)) if has_scores else frame
    st.dataframe(shown, hide_index=True, column_config=config, key=key, width="stretch", placeholder="")


def _score_format(names: Sequence[str], language: str) -> dict[Any, str | Callable[[object], str] | None]:
    def write(value: object) -> str:
        return _grid_points(value, language)

    return dict.fromkeys(names, write)


def _grid_points(value: Any, language: str) -> str:
    missing = value != value  # NaN: the grid's way to say that there is no score
    return "" if missing else formats.points(Decimal(f"{value:.2f}"), language)
