"""Entry of the dashboards: language, navigation, and the current release handed to the page.

Belongs here: what happens before any page. Does not belong here: what a page shows (dashboards/views/),
finding the release (dashboards/warehouse/).

Run: `streamlit run dashboards/app.py`. Streamlit puts this folder on the import path, not the one above it,
so that one is added first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

import streamlit as st  # noqa: E402

from dashboards import warehouse  # noqa: E402
from dashboards.components.header import show_style  # noqa: E402
from dashboards.components.messages import show_error  # noqa: E402
from dashboards.i18n import LANGUAGE_NAMES, LANGUAGES, Texts, default_language, load_texts  # noqa: E402
from dashboards.views import funnel, publications, shortlist, vetting  # noqa: E402

_LANGUAGE_KEY = "language"
_LANGUAGE_PARAM = "lang"

View = Callable[[warehouse.Release, Texts], None]


def current_language() -> str:
    """Return the session's language: what was chosen, else `lang` of the address, else the default."""
    if st.session_state.get(_LANGUAGE_KEY) not in LANGUAGES:
        asked = st.query_params.get(_LANGUAGE_PARAM)
        st.session_state[_LANGUAGE_KEY] = asked if asked in LANGUAGES else default_language()
    return str(st.session_state[_LANGUAGE_KEY])


def choose_language(texts: Texts) -> None:
    """Show the three languages in the sidebar, and keep the choice in the address."""
    st.sidebar.radio(
        texts("app.language"), LANGUAGES, format_func=lambda code: LANGUAGE_NAMES[code], key=_LANGUAGE_KEY
    )
    if st.query_params.get(_LANGUAGE_PARAM) != texts.language:
        st.query_params[_LANGUAGE_PARAM] = texts.language


def _page(view: View, name: str, texts: Texts, is_default: bool = False) -> st.Page:
    def body() -> None:
        try:
            with st.spinner(texts("app.loading")):
                view(warehouse.current_release(), texts)
        except warehouse.WarehouseError as error:
            show_error(error, texts)

    return st.Page(body, title=texts(f"nav.{name}"), url_path=name, default=is_default)


def main() -> None:
    """Run one pass of the app."""
    texts = load_texts(current_language())
    st.set_page_config(page_title=texts("app.title"), layout="wide", initial_sidebar_state=240)
    show_style()
    page = st.navigation(
        [
            _page(funnel.render, "funnel", texts, is_default=True),
            _page(shortlist.render, "shortlist", texts),
            _page(vetting.render, "vetting", texts),
            _page(publications.render, "publications", texts),
        ]
    )
    choose_language(texts)
    page.run()


main()
