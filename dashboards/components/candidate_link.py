"""Links from a candidate number to its page.

Belongs here: the address of a candidate's page and the link as markup, for those whose role has the page.
Does not belong here: the page (dashboards/views/candidate.py). The address carries role and language, since a
link opens the app anew.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlencode

from dashboards.access import ANALYST, ENGINEER, PUBLISHER, VETTING_OFFICER
from dashboards.components.tables import Cell, Html
from dashboards.visit import Visit

PAGE, PARAM = "candidate", "candidate"
#: Who may open a candidate's path.
ROLES: tuple[str, ...] = (ANALYST, VETTING_OFFICER, PUBLISHER, ENGINEER)


def address_of(candidate_no: str, visit: Visit) -> str:
    """Return the address of the page of a candidate, beside the page that is open."""
    params = {PARAM: candidate_no, "lang": visit.texts.language}
    if len(visit.person.grants) > 1 or visit.person.is_local:
        params["role"] = visit.grant.code
    return f"{PAGE}?{urlencode(params)}"


def cell(candidate_no: str, visit: Visit) -> Cell:
    """Return a candidate number for a table: a link where the role has the page."""
    if visit.grant.role not in ROLES:
        return candidate_no
    return Html(f'<a href="{escape(address_of(candidate_no, visit))}">{escape(candidate_no)}</a>')


def grid_link(visit: Visit) -> Callable[[str], str] | None:
    """Return what makes addresses of the numbers in a grid; None where the role has no such page."""
    if visit.grant.role not in ROLES:
        return None
    return lambda candidate_no: address_of(candidate_no, visit)
