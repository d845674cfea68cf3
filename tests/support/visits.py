"""Visits of pages for tests: who reads a release, in which role and language."""

from __future__ import annotations

from dashboards.access import ENGINEER, LOCAL_IDENTITY, Grant, Person
from dashboards.i18n import load_texts
from dashboards.visit import Visit
from dashboards.warehouse import Release, current_release


def visit_of(release: Release, language: str = "en", grant: Grant | None = None) -> Visit:
    """A visit of somebody with one role, an engineer's unless another is given."""
    grant = grant or Grant(ENGINEER)
    return Visit(release, load_texts(language), Person(LOCAL_IDENTITY, (grant,), is_local=True), grant)


def current_visit(language: str = "en", grant: Grant | None = None) -> Visit:
    """A visit of the current release, in the file of the role's audience."""
    audience = (grant or Grant(ENGINEER)).audience
    return visit_of(current_release(audience=audience), language, grant)
