"""Standing checks of proctoring: what lies too long, and what nobody will ever go through.

Belongs here: questions to the recordings folder, the results and the current release. Not here: what is due
(`proctoring_jobs/retention.py`), signals and decisions (`rezerv proctoring`). Both of severity WARN: a person
deletes, a person mends.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.assets.proctoring import NAMED, RECORDINGS_KEY
from orchestration.errors import OrchestrationError
from orchestration.proctoring_retention import open_retention, retention_plan
from orchestration.proctoring_runs import read_recordings
from orchestration.releases import current_release
from orchestration.settings import Settings

OVERDUE_CHECK = "nothing_is_overdue_for_deletion"
MANIFESTS_CHECK = "manifests_can_be_read"
NO_RELEASE = "no release yet"


def proctoring_checks() -> list[dg.AssetChecksDefinition]:
    """The checks as Dagster definitions."""
    specs = [
        dg.AssetCheckSpec(
            OVERDUE_CHECK,
            asset=RECORDINGS_KEY,
            description="No recording or evidence is kept longer than the policy says, and no deletion stands"
            " half-way.",
        ),
        dg.AssetCheckSpec(
            MANIFESTS_CHECK,
            asset=RECORDINGS_KEY,
            description="Every manifest in the recordings folder tells of one sitting: none is passed over.",
        ),
    ]

    @dg.multi_asset_check(name="proctoring_standing", specs=specs, can_subset=True)
    def proctoring_standing(
        context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[Any]:
        asked = {key.name for key in context.selected_asset_check_keys}
        if OVERDUE_CHECK in asked:
            yield overdue(settings)
        if MANIFESTS_CHECK in asked:
            yield manifests_readable(settings)

    return [proctoring_standing]


def overdue(settings: Settings) -> dg.AssetCheckResult:
    """Whether something is due for deletion now; not passed either where the release cannot say it."""
    if current_release(settings.releases_dir) is None:
        return _result(OVERDUE_CHECK, True, {"note": NO_RELEASE})
    try:
        found = retention_plan(settings, open_retention(settings))
    except OrchestrationError as error:
        return _result(OVERDUE_CHECK, False, {"note": error.message(settings.language)})
    waiting = [*found.due, *found.problems, *found.interrupted]
    return _result(
        OVERDUE_CHECK,
        not waiting,
        {
            "count_due": len(found.due),
            "count_sittings": len({one.sitting_id for one in found.due}),
            "due_bytes": sum(one.size_bytes for one in found.due),
            "count_cannot_be_deleted": len(found.problems),
            "count_interrupted": len(found.interrupted),
            "count_unknown": len({one.holding.sitting_id for one in found.items if one.verdict == "unknown"}),
            "count_files_of_no_sitting": len(found.strays),
        },
    )


def manifests_readable(settings: Settings) -> dg.AssetCheckResult:
    """Whether every file that should be a manifest is one."""
    refused = read_recordings(settings).refused
    names = [str(one.path.relative_to(settings.recordings_dir)) for one in refused[:NAMED]]
    return _result(MANIFESTS_CHECK, not refused, {"count_files": len(refused), "files": ", ".join(names)})


def _result(check: str, passed: bool, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=check,
        asset_key=RECORDINGS_KEY,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
