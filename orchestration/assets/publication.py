"""Publication assets: the release and what changed since the one before.

Belongs here: calling `releases.publish` once everything upstream is built, and showing its outcome. Not
here: what may be published and how (`releases.py`).
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from orchestration.code_version import code_version
from orchestration.ledger_verification import verify
from orchestration.progress import RELEASING, Progress
from orchestration.publication_reports import read_drift
from orchestration.releases import current_release, publish, summarise_changes
from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings
from orchestration.verification_record import write_verification

RELEASE_KEY = dg.AssetKey(["release", "current"])
CHANGES_KEY = dg.AssetKey(["release", "changes"])
GROUP = "release"


def publication_assets(upstream: Iterable[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The release, downstream of all that it copies, and the difference to the release before."""

    @dg.asset(
        key=RELEASE_KEY,
        deps=sorted(upstream),
        group_name=GROUP,
        kinds={"duckdb"},
        pool=WRITER_POOL,
        description="An immutable copy of the warehouse under a name of its own, behind the pointer file.",
    )
    def release(
        settings: dg.ResourceParam[Settings], progress: dg.ResourceParam[Progress]
    ) -> dg.MaterializeResult[Any]:
        progress.start(RELEASING, None)
        info = publish(settings, code_version=code_version())
        write_verification(settings, verify(settings))
        progress.finish(RELEASING)
        return dg.MaterializeResult(
            metadata={
                "release_id": info.release_id,
                "is_new": info.is_new,
                "content_hash": info.content_hash,
                "count_candidates": info.count_candidates,
                "count_new_batches": info.count_new_batches,
                "previous_release_id": info.previous_release_id or "",
            }
        )

    @dg.asset(
        key=CHANGES_KEY,
        deps=[RELEASE_KEY],
        group_name=GROUP,
        description="Who entered, who left, whose status, score or rank moved, by stage; new batches; and by"
        " what the release differs from the published lists, while nobody has answered.",
    )
    def changes(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        current = current_release(settings.releases_dir)
        if current is None:
            return dg.MaterializeResult(metadata={"count_changes": 0})
        summary = summarise_changes(current.file)
        lines = ["| stage | change | people |", "|---|---|---|"]
        lines += [f"| {stage} | {change} | {count} |" for stage, change, count in summary]
        causes = read_drift(current.file, settings.season)
        drift = ["| stage | version | change | people | feeds since the list |", "|---|---|---|---|---|"]
        drift += [
            f"| {one.stage_code} | {one.version} | {one.change_code} | {one.count} | {one.causes or 'none'} |"
            for one in causes
        ]
        return dg.MaterializeResult(
            metadata={
                "release_id": current.release_id,
                "count_changes": sum(count for _, _, count in summary),
                "by_stage": dg.MetadataValue.md("\n".join(lines)),
                "count_drift": sum(one.count for one in causes),
                "drift_from_published_lists": dg.MetadataValue.md("\n".join(drift)),
            }
        )

    return [release, changes]
