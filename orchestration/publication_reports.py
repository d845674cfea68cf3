"""How the stages stand by the current release, for `rezerv publications`.

Belongs here: the question to the release. Not here: the acts (`ledger.py`), tables
(`publication_console.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.builds import has_table
from orchestration.publication_lists import PUBLICATIONS, StagePublication, read_publications
from orchestration.releases import CurrentRelease, current_release

if TYPE_CHECKING:
    from orchestration.settings import Settings


def read_release_stages(
    settings: Settings,
) -> tuple[CurrentRelease, list[StagePublication]] | None:
    """The current release and its stages; None without a release that says it."""
    import duckdb

    release = current_release(settings.releases_dir)
    if release is None:
        return None
    with duckdb.connect(str(release.file), read_only=True) as connection:
        if not has_table(connection, *PUBLICATIONS):
            return None
        return release, read_publications(connection, settings.season)
