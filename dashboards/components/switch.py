"""A row of buttons of which one is pressed: which part of a page, or which view of a list, is shown.

Belongs here: the widget and its code in the address. Does not belong here: what each choice shows
(dashboards/views/). What is not chosen is not computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.components import address


def switch(
    label: str,
    options: Mapping[str, str],
    key: str,
    default: str,
    *,
    place: DeltaGenerator | None = None,
    is_label_shown: bool = False,
) -> str:
    """Show the names of `options` and return the code of the pressed one; `key` in the address.

    The address leaves `default` out; an unknown code in it gives `default`.
    """
    address.start_one(key, options)
    if st.session_state.get(key) not in options:
        st.session_state[key] = default
    shown: Any = place or st
    picked = str(
        shown.segmented_control(
            label,
            list(options),
            format_func=lambda code: options[code],
            key=key,
            required=True,
            persist_state="session",
            label_visibility="visible" if is_label_shown else "collapsed",
        )
    )
    address.put(key, None if picked == default else picked)
    return picked
