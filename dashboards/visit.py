"""One visit of a page: the release that is read, the language, who reads it and in which role.

Belongs here: what every page is given. Does not belong here: finding any of it out (dashboards/app.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import access_log
from dashboards.access import Grant, Person
from dashboards.i18n import Texts
from dashboards.warehouse import Release


@dataclass(frozen=True)
class Visit:
    """What `render(visit)` of a page gets."""

    release: Release
    texts: Texts
    person: Person
    grant: Grant

    def record(self, action: str, **facts: object) -> None:
        """Put into the access log what is handed over now; raises LogUnavailable, then nothing may be."""
        facts = {"release_id": self.release.manifest.release_id, **facts}
        access_log.record(self.person.identity, self.grant.code, action, facts)
