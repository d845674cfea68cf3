"""How dbt's names become Dagster's.

Belongs here: keys and groups of dbt nodes. A raw source keeps its key by construction
(`raw/<source>__<entity>`, the same as the landing asset), a model or seed is `<schema>/<name>`. Nothing
about what a model computes.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings


class RezervDbtTranslator(DagsterDbtTranslator):
    """Models and seeds under the schema they are built in, grouped by it."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=False)
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`raw/<feed>` for a source, `<schema>/<name>` for everything that dbt builds."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([_room(dbt_resource_props), dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The room: staging, intermediate, core, selection, reporting or seeds."""
        return _room(dbt_resource_props)


def _room(dbt_resource_props: Mapping[str, Any]) -> str:
    if dbt_resource_props["resource_type"] == "seed":
        return "seeds"
    path = dbt_resource_props.get("fqn") or []
    return str(path[1]) if len(path) > 2 else str(dbt_resource_props.get("schema") or "models")
