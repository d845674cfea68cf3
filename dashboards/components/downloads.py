"""Lists as files: how many rows a list has, and a button that hands it over as CSV.

Belongs here: the button and the name of its file. Does not belong here: writing CSV
(dashboards/components/formats.py), which rows are in it (dashboards/views/).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components import formats
from dashboards.i18n import Texts
from dashboards.warehouse import Release


def download(
    place: DeltaGenerator,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    release: Release,
    texts: Texts,
    page: str = "vetting",
) -> None:
    """Offer a list of a page as a CSV with headings in the language and the release in its name."""
    place.download_button(
        texts("vetting.download"),
        # written when it is asked for: the longest lists have tens of thousands of rows
        partial(formats.csv_bytes, [texts(f"column.{column}") for column in columns], rows),
        file_name=formats.file_name(page, name, release.manifest.release_id),
        mime="text/csv",
        on_click="ignore",
        width="stretch",
        key=f"download_{name}",
    )


def count_and_download(
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    release: Release,
    texts: Texts,
    people: str = "",
) -> None:
    """Say how many rows (and, where that is another number, `people`) a list has, and offer it as a file."""
    total, button = st.columns([3, 1], vertical_alignment="center")
    count = f"**{formats.number(len(rows), texts.language)}**"
    key = "vetting.count_of_people" if people else "vetting.count"
    total.markdown(texts(key, count=count, people=f"**{people}**"))
    download(button, name, columns, rows, release, texts)
