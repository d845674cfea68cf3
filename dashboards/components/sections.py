"""The parts of a long page: one is shown and computed at a time, and which one stands in the address.

Belongs here: the control. Does not belong here: what a part shows (dashboards/views/).
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboards.components import address


def choose_section(label: str, options: Mapping[str, str], key: str) -> str:
    """Show the names of the parts and return the chosen code, at first the first. `key` in the address."""
    codes = list(options)
    address.start_one(key, codes)
    if st.session_state.get(key) not in codes:
        st.session_state[key] = codes[0]
    picked = st.segmented_control(
        label,
        codes,
        format_func=lambda code: options[code],
        key=key,
        required=True,
        persist_state="session",
    )
    address.put(key, None if picked == codes[0] else str(picked))
    return str(picked)
