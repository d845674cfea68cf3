"""Signing in, choosing among one's roles, and what a visitor without a role reads.

Belongs here: Streamlit's side of identification and the words around it. Does not belong here: what a grant
is and who has which (dashboards/access.py).
"""

from __future__ import annotations

import logging

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from dashboards import access, warehouse
from dashboards.access import Grant, Person
from dashboards.components import address
from dashboards.i18n import Texts
from dashboards.warehouse import names

ROLE_PARAM = "role"

_log = logging.getLogger(__name__)


def identify(texts: Texts) -> Person | None:
    """Return who is there with their roles; None after saying what is missing, or offering to sign in."""
    if access.is_local_mode():
        st.warning(texts("access.local"), icon=":material/warning:")
        return access.local_person(_commissions())
    if not _is_configured():
        st.title(texts("access.not_configured"), anchor=False)
        st.error(texts("access.not_configured_body"))
        return None
    if not st.user.is_logged_in:
        st.title(texts("app.title"), anchor=False)
        st.markdown(texts("access.sign_in_body"))
        st.button(texts("access.sign_in"), type="primary", on_click=st.login)
        return None
    identity = access.identity_of(st.user.to_dict())
    if identity is None:
        _nobody(texts("access.not_verified"), texts)
        return None
    try:
        grants = access.granted(identity)
    except access.GrantsBroken:
        _nobody(texts("access.grants_broken"), texts)
        return None
    if not grants:
        _nobody(texts("access.no_role", identity=identity), texts)
        return None
    return Person(identity, grants)


def _nobody(message: str, texts: Texts) -> None:
    st.title(texts("access.no_access"), anchor=False)
    st.error(message)
    st.button(texts("access.sign_out"), on_click=st.logout)


def _is_configured() -> bool:
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def _commissions() -> list[tuple[str, str]]:
    """Return each commission's stage and track; none before the first release, which the page then says."""
    try:
        release = warehouse.current_release()
        return warehouse.commissions(release)
    except warehouse.WarehouseError:
        return []


def current_role(person: Person) -> Grant:
    """Return the role of the page: chosen in the sidebar, else asked for by the address."""
    codes = {grant.code: grant for grant in person.grants}
    if st.session_state.get(ROLE_PARAM) not in codes:
        st.session_state[ROLE_PARAM] = access.chosen(person, st.query_params.get(ROLE_PARAM)).code
    return codes[st.session_state[ROLE_PARAM]]


def choose_role(person: Person, grant: Grant, texts: Texts) -> None:
    """Show the choice of a role in the sidebar to whoever has several, and keep it in the address.

    After the navigation: it clears the address when another page is opened, and with it what stands above.
    """
    if len(person.grants) < 2:
        return
    labels = role_names(person, texts)
    address.remember(ROLE_PARAM)
    st.sidebar.selectbox(
        texts("access.role"),
        list(labels),
        format_func=lambda code: labels[code],
        key=ROLE_PARAM,
        persist_state="session",
    )
    address.put(ROLE_PARAM, grant.code)


def role_names(person: Person, texts: Texts) -> dict[str, str]:
    """Return how each role of a person is called, with stage and track of a commission's list."""
    stages: dict[str, str] = {}
    tracks: dict[str, str] = {}
    commissions = [grant for grant in person.grants if grant.stage]
    if commissions:
        try:
            whole = next((grant for grant in person.grants if not grant.audience), commissions[0])
            release = warehouse.current_release(audience=whole.audience)
            stages = names(release, "stages", texts.language)
            tracks = names(release, "tracks", texts.language)
        except warehouse.WarehouseError as error:
            _log.warning("names of stages and tracks are not known: %s", error)
    labels = {}
    for grant in person.grants:
        parts = [texts(f"role.{grant.role}")]
        parts += [stages.get(grant.stage, grant.stage)] if grant.stage else []
        parts += [tracks.get(grant.track, grant.track)] if grant.track else []
        labels[grant.code] = ": ".join([parts[0], ", ".join(parts[1:])]) if parts[1:] else parts[0]
    return labels


def show_who(person: Person, texts: Texts) -> None:
    """Show in the sidebar who is signed in, and the way out."""
    if person.is_local:
        st.sidebar.caption(texts("access.local_short"))
        return
    st.sidebar.caption(texts("access.signed_in", identity=person.identity))
    st.sidebar.button(texts("access.sign_out"), on_click=st.logout)
