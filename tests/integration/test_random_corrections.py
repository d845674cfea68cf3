"""The warehouse against the oracle under random late corrections to every feed that decides something.

What the scenarios foresee is compared in `test_oracle.py`; here chance looks for what nobody foresaw. A seed
that fails once is to be kept: it fails again.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from ingestion.sample_season import write_season
from tests.oracle import run_oracle
from tests.oracle.order import STAGES
from tests.support.corrections import JUST_ABOUT, gather, write_corrections
from tests.support.season import AFTER_THE_SEASON, CompiledProject, differences, open_season

SEASONS = [
    (60, 1),
    (120, 3),
    *(pytest.param(*more, marks=pytest.mark.long) for more in ((60, 2), (120, 4), (250, 5), (250, 6))),
]
SHOWN = 10


def moment_of(seed: int) -> datetime:
    """A moment of the season clock: a publication from vetting on, or a second beside it."""
    chance = Random(seed)
    return chance.choice(STAGES[1:]).published_at + chance.choice(JUST_ABOUT)


@pytest.mark.parametrize(("size", "seed"), SEASONS)
def test_warehouse_and_oracle_agree_after_random_corrections(
    compiled_project: CompiledProject, tmp_path: Path, size: int, seed: int
) -> None:
    landing = tmp_path / "landing"
    write_season(tmp_path / "season", size=size, seed=seed)
    gather(tmp_path / "season", landing)
    write_corrections(landing, seed)
    season = open_season(compiled_project, tmp_path / "home", landing)
    season.land()
    for as_of in (AFTER_THE_SEASON, moment_of(seed)):
        season.build(as_of)
        oracle = run_oracle(landing, as_of)
        assert oracle.results, f"seed {seed}, as of {as_of.isoformat()}: the oracle found nobody"
        found = differences(season, oracle)
        assert not found, "\n".join(
            [f"seed {seed}, as of {as_of.isoformat()}: {len(found)} differences", *found[:SHOWN]]
        )
