"""The messes of a real season, each a named scenario that can be switched on alone or with others.

Belongs here: the registry. Each module below holds the scenarios of one theme: filing.py (accounts and
papers), vetting.py (the bodies), letters.py (odd single letters), rulings.py (the working group), sitting.py
(tests and attendance), judging.py (panels and Commissions), files.py (the files themselves), checking.py
(documents looked at by hand), eligibility.py (warnings, several rules failed), watching.py (recordings and
signals), booking.py (slots). Does not belong here: what happens in a clean season (the parent package).
"""

from __future__ import annotations

from ingestion.sample_season.scenarios import (
    booking,
    checking,
    eligibility,
    files,
    filing,
    judging,
    letters,
    rulings,
    sitting,
    vetting,
    watching,
)
from ingestion.sample_season.world import Scenario

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        *filing.SCENARIOS,
        *vetting.SCENARIOS,
        *sitting.SCENARIOS,
        *judging.SCENARIOS,
        *files.SCENARIOS,
        *checking.SCENARIOS,
        *letters.SCENARIOS,
        *rulings.SCENARIOS,
        *eligibility.SCENARIOS,
        *watching.SCENARIOS,
        *booking.SCENARIOS,
    )
}
