"""The row of filters of the funnel, and the choice of a stage or track.

Belongs here: widgets that turn a choice into codes. Does not belong here: applying them
(dashboards/warehouse/).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import streamlit as st

from dashboards.components import address
from dashboards.i18n import Texts
from dashboards.warehouse import Release, missing_tables, names
from dashboards.warehouse.selection import Filters

# Where the choices of a run stand, for what is printed on files.
_CHOSEN = "_chosen"

_SIDES: Mapping[str, tuple[str, str]] = {
    "tracks": ("track", "tracks"),
    "regions": ("region", "regions"),
    "sexes": ("sex", "sexes"),
    "age_bands": ("age_band", "age_bands"),
    "employer_types": ("employer_type", "employer_types"),
    "test_languages": ("test_language", "test_languages"),
}
_IN_A_ROW = 3


def choose_filters(release: Release, texts: Texts, only: Collection[str] = tuple(_SIDES)) -> Filters:
    """Show the filters, or `only` some sides, and return the chosen codes; they outlive a change of page.

    What a release of an older build has no names for is not asked.
    """
    missing = missing_tables(release, [f"seeds.{_SIDES[side][1]}" for side in only])
    sides = [side for side in _SIDES if side in only and f"seeds.{_SIDES[side][1]}" not in missing]
    chosen: dict[str, tuple[str, ...]] = {}
    for position, side in enumerate(sides):
        if position % _IN_A_ROW == 0:
            places = st.columns(_IN_A_ROW)
        label, seed = _SIDES[side]
        with places[position % _IN_A_ROW]:
            chosen[side] = choose_codes(
                texts(f"filter.{label}"),
                names(release, seed, texts.language),
                f"filter_{side}",
                texts("filter.all"),
            )
    return Filters(**chosen)


def choose_codes(label: str, options: Mapping[str, str], key: str, placeholder: str) -> tuple[str, ...]:
    """Show a multiple choice of names and return the chosen codes; none means all. `key` in the address."""
    address.start(key, options)
    picked = st.multiselect(
        label,
        list(options),
        format_func=_namer(options),
        placeholder=placeholder,
        key=key,
        persist_state="session",
    )
    address.put(key, picked)
    _note(key, label, ", ".join(options.get(code, code) for code in picked))
    return tuple(picked)


def choose_code(label: str, options: Mapping[str, str], key: str, default: str | None = None) -> str:
    """Show a select box of names and return the chosen code, first `default`. `key` in the address."""
    codes = list(options)
    address.start_one(key, codes)
    first = codes.index(default) if default in codes else 0
    picked = st.selectbox(
        label,
        codes,
        index=first,
        format_func=_namer(options),
        key=key,
        persist_state="session",
    )
    address.put(key, None if picked == codes[first] else str(picked))
    _note(key, label, options.get(str(picked), str(picked)))
    return str(picked)


def forget() -> None:
    """Begin a run of a page: nothing has been chosen in it yet."""
    st.session_state[_CHOSEN] = {}


def chosen() -> list[tuple[str, str]]:
    """Return what has been chosen on this run of the page so far: (label, names) in the page's language."""
    return list(st.session_state.get(_CHOSEN, {}).values())


def _note(key: str, label: str, names_: str) -> None:
    noted = st.session_state.setdefault(_CHOSEN, {})
    noted.pop(key, None)
    if names_:
        noted[key] = (label, names_)


def _namer(options: Mapping[str, str]) -> Callable[[str], str]:
    def name(code: str) -> str:
        return options.get(code, code)

    return name
