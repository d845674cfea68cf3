"""The platform's database as a sender: an asset that takes what is new in it into the landing folder.

Belongs here: asking `ingestion/` for a pull and showing its numbers. Not here: what is new
(`ingestion/platform_database.py`), or landing: the sensor of the landing folder finds these files like any
others. Without REZERV_PLATFORM_DSN there is no such asset, job or schedule.
"""

from datetime import datetime
from typing import Any

import dagster as dg

from orchestration.resources import WRITER_POOL
from orchestration.settings import Settings

PULL_KEY = dg.AssetKey(["landing", "platform_pull"])


def platform_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The pull, where the settings name a database."""
    return [_pull_asset()] if settings.platform_dsn else []


def _pull_asset() -> dg.AssetsDefinition:
    @dg.asset(
        key=PULL_KEY,
        group_name="landing",
        kinds={"postgres"},
        # How far it has come stands in the warehouse too, which cannot be read while it is written.
        pool=WRITER_POOL,
        description="What is new in the platform's database, as files in the landing folder.",
    )
    def platform_pull(settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult[Any]:
        from ingestion.platform_database import pull

        found = pull(settings.reading_config(), settings.platform_dsn or "", datetime.now().astimezone())
        return dg.MaterializeResult(
            metadata={
                "count_files": len(found.deliveries),
                "dagster/row_count": sum(delivery.count_rows for delivery in found.deliveries),
                "count_rows_waiting": found.count_waiting,
                "open_since": f"{found.open_since:%Y-%m-%d %H:%M} UTC" if found.open_since else "",
            }
        )

    return platform_pull
