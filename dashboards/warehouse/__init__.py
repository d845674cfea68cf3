"""All SQL of the dashboards: a module opens releases, the others hold the questions of one group of pages.

Belongs here: queries with parameters. Does not belong here: what numbers mean (dbt_project/), how they look
(dashboards/components/), making a release (orchestration/). No module here knows Streamlit.
"""

from dashboards.warehouse.names import column_comments, commissions, names, reason_texts
from dashboards.warehouse.releases import (
    AudienceMissing,
    Manifest,
    NoRelease,
    PointerBroken,
    Release,
    ReleaseUnreadable,
    Row,
    TablesMissing,
    WarehouseError,
    current_release,
    earlier_release,
    missing_tables,
    release_ids,
    releases_dir,
    require_tables,
)

__all__ = [
    "AudienceMissing",
    "Manifest",
    "NoRelease",
    "PointerBroken",
    "Release",
    "ReleaseUnreadable",
    "Row",
    "TablesMissing",
    "WarehouseError",
    "column_comments",
    "commissions",
    "current_release",
    "earlier_release",
    "missing_tables",
    "names",
    "reason_texts",
    "release_ids",
    "releases_dir",
    "require_tables",
]
