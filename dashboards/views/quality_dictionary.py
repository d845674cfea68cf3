"""The dictionary: search what a column or table means, and see what a table is made from and what reads it.

Belongs here: the part of the page of quality about meaning and lineage. Does not belong here: the
descriptions (dbt_project/, in English), dbt's graph (orchestration writes it into the release), drawing
(dashboards/components/lineage.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import warehouse
from dashboards.components import address, formats, lineage, tables
from dashboards.components.filters import choose_code
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import quality as quality_sql

_SHOWN = 200
_TABLE_NAMES_SHOWN = 6
_FOUND_COLUMNS = ("column_name", "data_type", "meaning", "in_tables")
_FOUND_TABLES = ("table_name", "meaning", "count_columns", "count_table_rows")
_OWN_COLUMNS = ("column_name", "data_type", "meaning")


def show(visit: Visit) -> None:
    """Show the search, then a table with its columns and lineage."""
    texts = visit.texts
    st.subheader(texts("quality.search"), anchor=False)
    if texts.language != "en":
        st.caption(texts("quality.descriptions_english"))
    address.start_text("dictionary_text")
    wanted = st.text_input(
        texts("quality.search_label"), key="dictionary_text", placeholder=texts("quality.search_example")
    ).strip()
    address.put("dictionary_text", wanted)
    if wanted:
        _show_found(wanted, visit)
    _show_table(visit)


def _show_found(wanted: str, visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    columns = quality_sql.found_columns(release, wanted, _SHOWN)
    found = quality_sql.found_tables(release, wanted, _SHOWN)
    if not columns and not found:
        st.info(texts("quality.nothing_found", text=wanted))
        return
    if columns:
        total = formats.number(columns[0]["total"], texts.language)
        st.markdown(f"**{texts('quality.columns_found', count=total)}**")
        headings = [tables.column(name, texts, {}, _css(name)) for name in _FOUND_COLUMNS]
        rows = [tables.table_row(headings, found_cells(row, texts)) for row in columns]
        st.html(
            tables.html_table(headings, rows, texts("quality.columns_found", count=total), max_height=460)
        )
    if found:
        total = formats.number(len(found), texts.language)
        st.markdown(f"**{texts('quality.tables_found', count=total)}**")
        headings = [tables.column(name, texts, {}, _css(name)) for name in _FOUND_TABLES]
        rows = [
            tables.table_row(
                headings,
                [
                    row["table_name"],
                    _one_line(row["meaning"]),
                    formats.number(row["column_count"], texts.language),
                    formats.number(row["count_rows"], texts.language),
                ],
            )
            for row in found
        ]
        st.html(tables.html_table(headings, rows, texts("quality.tables_found", count=total), max_height=320))


def _css(name: str) -> str:
    if name.startswith("count_"):
        return "num"
    return {"meaning": "wide", "in_tables": "files", "table_name": "code"}.get(name, "code")


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split()) or formats.NOTHING


def found_cells(row: Row, texts: Texts) -> list[tables.Cell]:
    """Return one column that was found: name, type, meaning, and the tables that have it."""
    names = row["tables"].split(", ")
    shown = ", ".join(names[:_TABLE_NAMES_SHOWN])
    if len(names) > _TABLE_NAMES_SHOWN:
        more = formats.number(len(names) - _TABLE_NAMES_SHOWN, texts.language)
        shown = texts("quality.and_more_tables", tables=shown, count=more)
    return [row["column_name"], row["data_type"], _one_line(row["meaning"]), shown]


def _show_table(visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("quality.table"), anchor=False)
    names = quality_sql.table_names(release)
    for_table, for_steps = st.columns([3, 1])
    with for_table:
        options = {name: name for name in names}
        table = choose_code(texts("quality.table_label"), options, "table", "selection.sel_stage_results")
    with for_steps:
        steps = choose_code(texts("quality.steps"), {code: code for code in ("1", "2")}, "lineage_steps", "1")
    st.markdown(_one_line(quality_sql.table_meaning(release, table)))
    headings = [tables.column(name, texts, {}, _css(name)) for name in _OWN_COLUMNS]
    rows = [
        tables.table_row(headings, [row["column_name"], row["data_type"], _one_line(row["meaning"])])
        for row in quality_sql.columns_of(release, table)
    ]
    st.html(tables.html_table(headings, rows, texts("quality.table"), max_height=420))
    _show_lineage(table, int(steps), visit)


def _show_lineage(table: str, steps: int, visit: Visit) -> None:
    release, texts = visit.release, visit.texts
    st.subheader(texts("quality.lineage"), anchor=False)
    warehouse.require_tables(release, quality_sql.LINEAGE_TABLES)
    edges = quality_sql.lineage(release, table, steps)
    if not edges:
        st.info(texts("quality.no_lineage"))
        return
    st.caption(texts("quality.lineage_note"))
    if len(edges) <= lineage.MOST_EDGES:
        words = texts("quality.lineage_alt", table=table)
        st.graphviz_chart(lineage.graph(table, edges), width="content", alt=words)
    else:
        st.info(texts("quality.too_many_edges", count=formats.number(len(edges), texts.language)))
    for side in ("up", "down"):
        st.markdown(lineage_words(edges, side, texts))


def lineage_words(edges: Sequence[Row], side: str, texts: Texts) -> str:
    """Say the lineage of one side as a list, by how far away the tables are: for whoever does not see."""
    lines = [f"**{texts(f'quality.lineage_{side}')}**"]
    for step in sorted({edge["step"] for edge in edges if edge["side"] == side}):
        name = "parent" if side == "up" else "child"
        found = sorted({edge[name] for edge in edges if edge["side"] == side and edge["step"] == step})
        listed = ", ".join(f"`{one}`" for one in found)
        lines.append(f"- {texts('quality.lineage_step', step=step)}: {listed}")
    if len(lines) == 1:
        lines.append(f"- {texts('quality.lineage_none')}")
    return "\n".join(lines)
