"""What a page says instead of numbers: no release yet, a damaged pointer, an unreadable release.

Belongs here: turning a WarehouseError into words. Does not belong here: the words (dashboards/i18n/),
finding out what is wrong (dashboards/warehouse/).
"""

from __future__ import annotations

import streamlit as st

from dashboards.i18n import Texts
from dashboards.warehouse import NoRelease, PointerBroken, WarehouseError


def show_error(error: WarehouseError, texts: Texts) -> None:
    """Explain `error` and what to do about it, in the language of `texts`."""
    if isinstance(error, NoRelease):
        _no_release(error, texts)
        return
    params = dict(error.params)
    if isinstance(error, PointerBroken):
        params["detail"] = texts(f"{error.key}.{params['cause']}", **params)
    st.title(texts(f"{error.key}.title"), anchor=False)
    st.error(texts(f"{error.key}.body", **params))


def _no_release(error: NoRelease, texts: Texts) -> None:
    st.title(texts(f"{error.key}.title"), anchor=False)
    st.info(texts(f"{error.key}.body"))
    st.markdown(
        f"- `make demo` – {texts(f'{error.key}.demo')}\n- `rezerv release` – {texts(f'{error.key}.release')}"
    )
    st.caption(texts(f"{error.key}.place", **error.params))


def show_log_unavailable(texts: Texts) -> None:
    """Say that nothing was handed over since it could not be recorded."""
    st.title(texts("error.log_unavailable.title"), anchor=False)
    st.error(texts("error.log_unavailable.body"))
