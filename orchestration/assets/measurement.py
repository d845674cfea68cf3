"""Measurement assets: each method computed on the release that has just been published (advisory, A25).

Belongs here: calling a method and showing how many lines it gave. Not here: methods (`measurement/`), what is
flagged (`checks/measurement.py`). They read the release's own file and write beside it, so no writer waits
for them, and what has been computed on a release stays.
"""

from typing import Any

import dagster as dg

from orchestration.assets.publication import RELEASE_KEY
from orchestration.measurement import facets
from orchestration.measurement.methods import METHODS
from orchestration.releases import current_release
from orchestration.settings import Settings

GROUP = "measurement"
NO_RELEASE = "no release yet"


def method_key(method: str) -> dg.AssetKey:
    """Asset key of a method's results."""
    return dg.AssetKey([GROUP, method])


def measurement_assets() -> list[dg.AssetsDefinition]:
    """The results of every method on the current release."""
    return [_asset(method) for method in METHODS]


def _asset(method: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=method_key(method),
        deps=[RELEASE_KEY],
        group_name=GROUP,
        kinds={"parquet"},
        description=f"Results of the method {method} on the current release; advisory (A25).",
    )
    def computed(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata=compute(settings, method))

    return computed


def compute(settings: Settings, method: str) -> dict[str, Any]:
    """Compute a method on the current release, unless it is there; metadata: the release, rows by table."""
    from orchestration.measurement_reports import results

    release = current_release(settings.releases_dir)
    if release is None:
        return {"note": NO_RELEASE}
    if method == "facets" and not facets.is_installed():
        return {"release_id": release.release_id, "note": f"{facets.PACKAGE} is not installed"}
    tables = results(settings, release, method)
    return {"release_id": release.release_id, **{f"count_{name}": len(rows) for name, rows in tables.items()}}
