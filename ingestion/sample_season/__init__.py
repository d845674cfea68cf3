"""The sample season: a whole season's landing folder, invented, deterministic, messy on purpose.

Belongs here: writing files as the senders would. Does not belong here: reading or checking them (the
door) and any rule of selection (dbt_project/). All people are synthetic and marked so.
"""

from __future__ import annotations

from ingestion.sample_season.scenarios import SCENARIOS
from ingestion.sample_season.season import SeasonSummary, StageSummary, write_season
from ingestion.sample_season.world import Scenario

__all__ = ["SCENARIOS", "Scenario", "SeasonSummary", "StageSummary", "write_season"]
