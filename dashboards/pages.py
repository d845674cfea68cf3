"""The pages in the order of the navigation, and the roles that have each.

Belongs here: the list. Does not belong here: what a page shows (dashboards/views/), what a role's release
file holds (the seed `audience_tables`): a page that a role has works on that role's file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboards.access import (
    ANALYST,
    COMMISSION_MEMBER,
    ENGINEER,
    PROCTORING_REVIEWER,
    PUBLISHER,
    VETTING_OFFICER,
    Grant,
)
from dashboards.components import candidate_link
from dashboards.views import (
    candidate,
    corrections,
    funnel,
    marking,
    proctoring,
    publications,
    quality,
    registrations,
    season,
    shortlist,
    tests,
    vetting,
)
from dashboards.visit import Visit


@dataclass(frozen=True)
class Page:
    """A page: `name` is its address and names its texts (`nav.<name>`).

    `is_listed`: whether the navigation shows it; a page that another has taken over keeps its address.
    """

    name: str
    render: Callable[[Visit], None]
    roles: tuple[str, ...]
    is_listed: bool = True


PAGES: tuple[Page, ...] = (
    Page("season", season.render, (ANALYST, VETTING_OFFICER, PUBLISHER, ENGINEER)),
    Page("funnel", funnel.render, (ANALYST, PUBLISHER, ENGINEER)),
    Page("registrations", registrations.render, (ANALYST, PUBLISHER, ENGINEER)),
    Page("vetting", vetting.render, (ANALYST, VETTING_OFFICER, ENGINEER)),
    Page("tests", tests.render, (ANALYST, ENGINEER)),
    Page("proctoring", proctoring.render, (PROCTORING_REVIEWER,)),
    Page("marking", marking.render, (ANALYST, ENGINEER)),
    Page("shortlist", shortlist.render, (ANALYST, COMMISSION_MEMBER, PUBLISHER, ENGINEER)),
    Page(candidate_link.PAGE, candidate.render, candidate_link.ROLES),
    Page("corrections", corrections.render, (ANALYST, PUBLISHER, ENGINEER)),
    Page("quality", quality.render, (ANALYST, ENGINEER)),
    Page("publications", publications.render, (ANALYST, PUBLISHER, ENGINEER), is_listed=False),
)


def pages_of(grant: Grant) -> list[Page]:
    """Return the pages of a role in order; the first opens when no other is asked for."""
    return [page for page in PAGES if grant.role in page.roles]
