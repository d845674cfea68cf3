"""Lists as files: how many rows a list has, and a button that hands it over in the format one chooses.

Belongs here: the buttons, the names of files, what is printed on them, and putting what was taken into the
access log. Does not belong here: writing the formats (dashboards/components/exports.py), which rows are in a
list (dashboards/views/).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components import filters, formats
from dashboards.components.exports import Export, csv_file, excel_file, pdf_file
from dashboards.visit import Visit

Rows = Sequence[Sequence[object]]

_FORMATS: dict[str, tuple[Callable[[Export], bytes], str]] = {
    "csv": (csv_file, "text/csv"),
    "xlsx": (excel_file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pdf_file, "application/pdf"),
}


def download(
    place: DeltaGenerator,
    visit: Visit,
    page: str,
    name: str,
    columns: Sequence[str],
    rows: Rows | Callable[[], Rows],
    file_stem: Sequence[str] = (),
) -> None:
    """Offer a list of a page as CSV, Excel and PDF, with the release in its name and printed on it.

    `rows` may be a function, called when somebody takes the file: the longest lists have tens of thousands
    of rows. Printed are also the page, as-of, and the choices of the page in words. What is taken goes into
    the access log first.
    """
    texts, release = visit.texts, visit.release
    stem = formats.file_name(*(tuple(file_stem) or (page, name)), release.manifest.release_id)
    chosen = filters.chosen()
    choice = place.popover(
        texts("download.button"), icon=":material/download:", width="stretch", key=f"files_{page}_{name}"
    )
    for kind, (_, mime) in _FORMATS.items():
        choice.download_button(
            texts(f"download.{kind}"),
            partial(_content, visit, page, name, columns, rows, chosen, kind),
            file_name=f"{stem.removesuffix('.csv')}.{kind}",
            mime=mime,
            on_click="ignore",
            width="stretch",
            key=f"download_{page}_{name}_{kind}",
        )


def _content(
    visit: Visit,
    page: str,
    name: str,
    columns: Sequence[str],
    rows: Rows | Callable[[], Rows],
    chosen: Sequence[tuple[str, str]],
    kind: str,
) -> bytes:
    """Return the file, after the access log has it."""
    taken = rows() if callable(rows) else rows
    visit.record("export", page=page, list=name, format=kind, count_rows=len(taken), filters=dict(chosen))
    texts, manifest = visit.texts, visit.release.manifest
    language = texts.language
    facts = [
        (texts("download.release"), manifest.release_id),
        (texts("download.as_of"), formats.moment_text(manifest.as_of, language)),
        *chosen,
        (texts("download.rows"), formats.number(len(taken), language)),
    ]
    export = Export(
        title=texts(f"nav.{page}"),
        language=language,
        facts=facts,
        header=[texts(f"column.{column}") for column in columns],
        rows=taken,
        made_at=manifest.published_at,
        page=texts("download.page"),
        cut=texts("download.cut"),
    )
    write, _ = _FORMATS[kind]
    return write(export)


def count_and_download(
    visit: Visit,
    page: str,
    name: str,
    columns: Sequence[str],
    rows: Rows,
    people: str = "",
) -> None:
    """Say how many rows (and, where that is another number, `people`) a list has, and offer it as a file."""
    total, button = st.columns([3, 1], vertical_alignment="center")
    count = f"**{formats.number(len(rows), visit.texts.language)}**"
    key = "download.count_of_people" if people else "download.count"
    total.markdown(visit.texts(key, count=count, people=f"**{people}**"))
    download(button, visit, page, name, columns, rows)
