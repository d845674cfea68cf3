"""Stage report assets: the reports of each stage of the release that has just been published.

Belongs here: calling the writer for a stage, in all languages and formats, and saying where the files are.
Not here: what a report says (`stage_reports/`), how it looks (`layout/`). They read the release's own file
and write beside it, so no writer waits for them.
"""

from typing import Any

import dagster as dg

from orchestration.assets.publication import RELEASE_KEY
from orchestration.releases import current_release
from orchestration.season_calendar import read_calendar
from orchestration.settings import LANGUAGES, Settings

GROUP = "stage_reports"
NO_RELEASE = "no release yet"
NOT_YET = "the stage has not happened yet"


def report_key(stage: str) -> dg.AssetKey:
    """Asset key of a stage's reports."""
    return dg.AssetKey([GROUP, stage])


def stages_of(settings: Settings) -> tuple[str, ...]:
    """The stages of the season's calendar, in the order in which they begin."""
    return tuple(dict.fromkeys(event.stage_code for event in read_calendar(settings.season)))


def stage_report_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The reports of every stage of the season on the current release."""
    return [_asset(stage) for stage in stages_of(settings)]


def _asset(stage: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=report_key(stage),
        deps=[RELEASE_KEY],
        group_name=GROUP,
        kinds={"pdf"},
        description=f"The reports of the stage {stage}: PDF, Excel and HTML in Kazakh, Russian and English.",
    )
    def reports(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata=write(settings, stage))

    return reports


def write(settings: Settings, stage: str) -> dict[str, Any]:
    """Write a stage's reports for the current release; metadata: the release, the folder, how many files."""
    from orchestration.layout.rendering import FORMATS
    from orchestration.stage_reports.figures import open_figures
    from orchestration.stage_reports.reports import reports_folder, write_reports

    release = current_release(settings.releases_dir)
    if release is None:
        return {"note": NO_RELEASE}
    if not open_figures(settings, release, settings.language).has_happened(stage):
        return {"release_id": release.release_id, "note": NOT_YET}
    folder = reports_folder(settings, release)
    paths = list(write_reports(settings, release, (stage,), LANGUAGES, FORMATS, folder))
    return {
        "release_id": release.release_id,
        "folder": dg.MetadataValue.path(folder),
        "count_files": len(paths),
    }
