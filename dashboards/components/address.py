"""The state of a page in its address, so that a link opens the same view.

Belongs here: putting codes into the address and taking them out when a page opens. Does not belong here:
which choices a page has. Streamlit's own binding writes what a choice is called, which differs by language;
here codes are written, and a link opens in the reader's language.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

# Names of the choices of this session, whose values outlive a change of the language.
_CHOICES = "_choices"


def keep_choices() -> None:
    """Say the value of each choice anew: a browser knows it by a name, which changes with the language."""
    for name in st.session_state.get(_CHOICES, ()):
        if name in st.session_state:
            st.session_state[name] = st.session_state[name]


def remember(name: str) -> None:
    """Count `name` among the choices whose values outlive a change of the language."""
    st.session_state.setdefault(_CHOICES, set()).add(name)


def put(name: str, value: str | Sequence[str] | None) -> None:
    """Write a parameter of the address where it differs; nothing (None, empty) leaves it out."""
    wanted = [value] if isinstance(value, str) else list(value or ())
    if st.query_params.get_all(name) == wanted:
        return
    if wanted:
        st.query_params[name] = wanted
    elif name in st.query_params:
        del st.query_params[name]


def start(name: str, known: Collection[str]) -> None:
    """Give a choice of several that has no value yet what the address says; unknown codes are left out."""
    remember(name)
    if name not in st.session_state and (asked := st.query_params.get_all(name)):
        st.session_state[name] = [code for code in asked if code in known]


def start_one(name: str, known: Collection[str]) -> None:
    """Give a choice of one that has no value yet what the address says, if that is known."""
    remember(name)
    asked = st.query_params.get(name)
    if name not in st.session_state and asked in known:
        st.session_state[name] = asked


def start_text(name: str) -> None:
    """Give a field of text that has no value yet what the address says."""
    if name not in st.session_state and (asked := st.query_params.get(name)):
        st.session_state[name] = asked
