"""Standing checks of the quality of measurement: what a psychometrician should look at.

Belongs here: questions to the results of the methods on the current release. Not here: the methods
(`measurement/`). All of severity WARN: advisory, nothing is refused for it (A25). Counts only, no numbers of
candidates. What has not been computed is told and passes: it is no finding.
"""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from orchestration.assets.measurement import NO_RELEASE, method_key
from orchestration.errors import OrchestrationError
from orchestration.releases import current_release
from orchestration.settings import Settings

Tables = dict[str, list[dict[str, Any]]]
NOT_COMPUTED = "not computed on this release yet"

# method -> name of the check, what holds, and how many lines speak against it
QUESTIONS: dict[str, tuple[str, str, Callable[[Tables], int]]] = {
    "dif": (
        "no_item_of_class_c",
        "No item is much harder for one language or sex among equally able people (ETS class C).",
        lambda tables: sum(row["class_code"] == "C" for row in tables["items"]),
    ),
    "drift": (
        "no_item_becomes_easier",
        "No item, and no form, becomes easier from hour to hour.",
        lambda tables: sum(row["flag_code"] == "EASIER_LATER" for row in tables["items"]),
    ),
    "similarity": (
        "no_pair_is_alike",
        "No two people of a form have implausibly similar answers or times.",
        lambda tables: len(tables["pairs"]),
    ),
    "agreement": (
        "experts_agree_above_chance",
        "Experts agree on every criterion more than chance: the interval of alpha lies above nothing.",
        lambda tables: sum(
            row["alpha_low"] is not None and row["alpha_low"] <= 0 for row in tables["criteria"]
        ),
    ),
    "facets": (
        "no_expert_stands_out",
        "No expert is markedly severe, lenient, erratic, central or under a halo.",
        lambda tables: sum(row["flag_codes"] is not None for row in tables["raters"]),
    ),
}


def measurement_checks() -> list[dg.AssetChecksDefinition]:
    """The checks as Dagster definitions."""
    specs = [
        dg.AssetCheckSpec(name, asset=method_key(method), description=description)
        for method, (name, description, _) in QUESTIONS.items()
    ]

    @dg.multi_asset_check(name="measurement_standing", specs=specs, can_subset=True)
    def measurement_standing(
        context: dg.AssetCheckExecutionContext, settings: dg.ResourceParam[Settings]
    ) -> Iterator[Any]:
        asked = {key.name for key in context.selected_asset_check_keys}
        for method, (name, _, _) in QUESTIONS.items():
            if name in asked:
                yield answer(settings, method)

    return [measurement_standing]


def answer(settings: Settings, method: str) -> dg.AssetCheckResult:
    """Whether a method's results on the current release hold nothing to look at."""
    from orchestration.measurement import store
    from orchestration.measurement.methods import METHODS

    name, _, count_of = QUESTIONS[method]
    metadata: dict[str, Any] = {}
    passed = True
    release = current_release(settings.releases_dir)
    if release is None:
        metadata = {"note": NO_RELEASE}
    elif not store.is_stored(settings.measurement_dir, release.release_id, method):
        metadata = {"release_id": release.release_id, "note": NOT_COMPUTED}
    else:
        try:
            count = count_of(store.read(settings.measurement_dir, release.release_id, METHODS[method]))
            passed, metadata = count == 0, {"release_id": release.release_id, "count_flagged": count}
        except OrchestrationError as error:
            passed, metadata = False, {"note": error.message(settings.language)}
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=method_key(method),
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )
