"""Lists as files: how many rows a list has, and a button that hands it over.

Belongs here: the button, the name of its file, and putting what was taken into the access log. Does not
belong here: writing the formats (dashboards/components/formats.py), which rows are in it (dashboards/views/).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components import formats
from dashboards.visit import Visit

Rows = Sequence[Sequence[object]]


def download(
    place: DeltaGenerator,
    visit: Visit,
    page: str,
    name: str,
    columns: Sequence[str],
    rows: Rows | Callable[[], Rows],
    file_stem: Sequence[str] = (),
) -> None:
    """Offer a list of a page as a file with headings in the language and the release in its name.

    `rows` may be a function, called when somebody takes the file: the longest lists have tens of thousands
    of rows. What is taken goes into the access log first.
    """
    texts, release = visit.texts, visit.release
    stem = tuple(file_stem) or (page, name)

    def content() -> bytes:
        taken = rows() if callable(rows) else rows
        visit.record("export", page=page, list=name, format="csv", count_rows=len(taken))
        return formats.csv_bytes([texts(f"column.{column}") for column in columns], taken)

    place.download_button(
        texts("download.csv"),
        content,
        file_name=formats.file_name(*stem, release.manifest.release_id),
        mime="text/csv",
        on_click="ignore",
        width="stretch",
        key=f"download_{page}_{name}",
    )


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
