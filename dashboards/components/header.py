"""The top of each page: title, which release it shows, as of when, and that people appear by number only.

Belongs here: header and page-wide styles. Does not belong here: numbers of the page (dashboards/views/).
"""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from dashboards.components.formats import moment_text
from dashboards.i18n import Texts
from dashboards.warehouse import Manifest

_STYLE = Path(__file__).parent / "style.css"


def show_style() -> None:
    """Put the style sheet of the tables and figures on the page."""
    st.html(_STYLE)


def show_header(title: str, manifest: Manifest, texts: Texts) -> None:
    """Show the page title and a line about the release: season, id, season clock, publication (Astana)."""
    language = texts.language
    facts = [
        texts("header.season", season=manifest.season_code),
        f"{texts('header.release')}: <b>{escape(manifest.release_id)}</b>",
        f"{texts('header.as_of')}: <b>{moment_text(manifest.as_of, language)}</b>",
        f"{texts('header.published')}: <b>{moment_text(manifest.published_at, language)}</b>",
        texts("header.timezone"),
        texts("header.numbers_only"),
    ]
    st.title(title, anchor=False)
    st.html(f'<div class="rz-release">{"".join(f"<span>{fact}</span>" for fact in facts)}</div>')
