"""Entry of the dashboards: who is there, in which role, in which language; then the page of that role.

Belongs here: what happens before any page. Does not belong here: roles and grants (dashboards/access.py),
which pages a role has (dashboards/pages.py), what a page shows (dashboards/views/).

Run: `rezerv dash`. Streamlit puts this folder on the import path, not the one above it, so that one is added
first. A page is a function of a module in views/: no address and no script other than this one shows any.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

_ROOT = str(Path(__file__).resolve().parents[1])
if _ROOT not in sys.path:
    sys.path.insert(0, _ROOT)

import streamlit as st  # noqa: E402

from dashboards import access, warehouse  # noqa: E402
from dashboards.access_log import LogUnavailable  # noqa: E402
from dashboards.components import address, filters, sign_in  # noqa: E402
from dashboards.components.header import show_style  # noqa: E402
from dashboards.components.messages import show_error, show_log_unavailable  # noqa: E402
from dashboards.i18n import LANGUAGE_NAMES, LANGUAGES, Texts, default_language, load_texts  # noqa: E402
from dashboards.pages import PAGES, Page, pages_of  # noqa: E402
from dashboards.visit import Visit  # noqa: E402

_LANGUAGE_KEY = "language"
_LANGUAGE_PARAM = "lang"


def current_language() -> str:
    """Return the session's language: what was chosen, else `lang` of the address, else the default."""
    if st.session_state.get(_LANGUAGE_KEY) not in LANGUAGES:
        asked = st.query_params.get(_LANGUAGE_PARAM)
        st.session_state[_LANGUAGE_KEY] = asked if asked in LANGUAGES else default_language()
    return str(st.session_state[_LANGUAGE_KEY])


def choose_language(texts: Texts) -> None:
    """Show the three languages in the sidebar, and keep the choice in the address."""
    st.sidebar.radio(
        texts("app.language"),
        LANGUAGES,
        format_func=lambda code: LANGUAGE_NAMES[code],
        key=_LANGUAGE_KEY,
        horizontal=True,
        on_change=address.keep_choices,
    )
    address.put(_LANGUAGE_PARAM, texts.language)


def _pages(person: access.Person, grant: access.Grant, texts: Texts) -> list[st.Page]:
    """Return the pages of the role, the first also at its own address, and the others as words of refusal."""
    own = pages_of(grant)
    shown = [_page(page, person, grant, texts, is_default=page is own[0]) for page in own]
    also = _page(own[0], person, grant, texts, visibility="hidden")
    refused = [_refusal(page, texts) for page in PAGES if page not in own]
    return [*shown, also, *refused]


def _refusal(page: Page, texts: Texts) -> st.Page:
    def body() -> None:
        st.title(texts("access.other_role"), anchor=False)
        st.info(texts("access.other_role_body", page=texts(f"nav.{page.name}")))

    return st.Page(body, title=texts(f"nav.{page.name}"), url_path=page.name, visibility="hidden")


def _page(
    page: Page,
    person: access.Person,
    grant: access.Grant,
    texts: Texts,
    *,
    is_default: bool = False,
    visibility: Literal["visible", "hidden"] = "visible",
) -> st.Page:
    def body() -> None:
        filters.forget()
        try:
            with st.spinner(texts("app.loading"), show_time=False):
                release = warehouse.current_release(audience=grant.audience)
                page.render(Visit(release, texts, person, grant))
        except warehouse.WarehouseError as error:
            show_error(error, texts)
        except LogUnavailable:
            show_log_unavailable(texts)

    return st.Page(
        body,
        title=texts(f"nav.{page.name}"),
        url_path=None if is_default else page.name,
        default=is_default,
        visibility=visibility if page.is_listed else "hidden",
    )


def main() -> None:
    """Run one pass of the app."""
    texts = load_texts(current_language())
    st.set_page_config(page_title=texts("app.title"), layout="wide", initial_sidebar_state="auto")
    show_style()
    person = sign_in.identify(texts)
    if person is None:
        choose_language(texts)
        return
    grant = sign_in.current_role(person)
    page = st.navigation(_pages(person, grant, texts))
    sign_in.choose_role(person, grant, texts)
    choose_language(texts)
    sign_in.show_who(person, texts)
    page.run()


main()
