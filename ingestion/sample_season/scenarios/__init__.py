"""The messes of a real season, each a named scenario that can be switched on alone or with others.

Belongs here: the registry. Each module below holds the scenarios of one theme: filing.py (accounts and
papers), vetting.py (the bodies), sitting.py (tests and attendance), judging.py (panels and Commissions),
files.py (the files themselves). Does not belong here: what happens in a clean season (the parent
package).
"""

from __future__ import annotations

from ingestion.sample_season.scenarios import files, filing, judging, sitting, vetting
from ingestion.sample_season.world import Scenario

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        *filing.SCENARIOS,
        *vetting.SCENARIOS,
        *sitting.SCENARIOS,
        *judging.SCENARIOS,
        *files.SCENARIOS,
    )
}
