"""Generating a season: the order of the steps, and what came of it.

Belongs here: assembly only. Does not belong here: any feed's rows (the themed modules) or any mess
(scenarios/).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion.sample_season.decisions import national_commission
from ingestion.sample_season.deliveries import FOLDER_FORMAT, file_name, write_outbox
from ingestion.sample_season.document_checks import check_documents
from ingestion.sample_season.documents import file_papers
from ingestion.sample_season.outreach import hold_campaign
from ingestion.sample_season.panels import run_panel
from ingestion.sample_season.people import build_people
from ingestion.sample_season.rules import PANEL_STAGES, TEST_STAGES, load_rules
from ingestion.sample_season.scenarios import SCENARIOS
from ingestion.sample_season.streams import Streams
from ingestion.sample_season.tests import run_test
from ingestion.sample_season.vetting import vet
from ingestion.sample_season.world import World

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class StageSummary:
    """What the generator's own simulation saw of a stage (people)."""

    stage_code: str
    count_entered: int
    count_participated: int
    count_admitted: int


@dataclass(frozen=True)
class SeasonSummary:
    """What was written: files, accounts, the expected funnel, and which candidates show which case."""

    out_dir: Path
    size: int
    seed: int
    scenarios: tuple[str, ...]
    count_files: int
    count_accounts: int
    count_complete: int
    stages: tuple[StageSummary, ...]
    cases: dict[str, tuple[tuple[str, str], ...]]


def write_season(
    out_dir: Path, *, size: int = 9000, seed: int = 2025, scenarios: Iterable[str] | None = None
) -> SeasonSummary:
    """Write a whole season's landing folder as the senders would send it; all people are synthetic.

    `size` is the number of ordinary accounts (scenarios add their own few); `scenarios` are names of
    SCENARIOS, None for all, empty for a clean season. The same arguments give the same bytes. Raises
    ValueError for an unknown scenario or an impossible size, FileExistsError where `out_dir` holds files
    of something else.
    """
    world = simulate(size=size, seed=seed, scenarios=scenarios)
    _refuse_foreign_files(world, out_dir)
    paths = write_outbox(world.outbox, out_dir)
    LOG.info("wrote a season of %d accounts in %d files", len(world.people), len(paths))
    return _summary(world, out_dir, seed, len(paths))


def simulate(*, size: int, seed: int, scenarios: Iterable[str] | None) -> World:
    """Generate a season in memory; arguments and errors as for `write_season`."""
    wanted = set(SCENARIOS) if scenarios is None else set(scenarios)
    unknown = wanted - set(SCENARIOS)
    if unknown:
        raise ValueError(f"unknown scenarios: {', '.join(sorted(unknown))}")
    active = tuple(scenario for name, scenario in SCENARIOS.items() if name in wanted)
    rules, streams = load_rules(), Streams(seed)
    people, draws = build_people(size, rules, streams, tuple(SCENARIOS), active)
    world = World(size=size, rules=rules, streams=streams, draws=draws, people=people, scenarios=active)
    for scenario in active:
        for idx in world.roles(scenario.name):
            world.note(scenario.name, str(people.at[idx, "role"]), idx)
    world.fire("people", people)
    world.track = people["track_code"].tolist()
    hold_campaign(world)
    check_documents(world, file_papers(world))
    vet(world)
    passed = people["exists"] & people["passes_registration"] & people["passes_vetting"]
    world.admitted["vetting"] = [int(i) for i in people.index[passed]]
    world.admitted["registration"] = [
        int(i) for i in people.index[people["exists"] & people["passes_registration"]]
    ]
    for stage in rules.stages:
        if stage in TEST_STAGES:
            run_test(world, stage)
        elif stage in PANEL_STAGES:
            run_panel(world, stage)
    national_commission(world)
    world.fire("files", world.outbox)
    return world


def _refuse_foreign_files(world: World, out_dir: Path) -> None:
    """A landing folder is written as a whole: never mix two seasons in one."""
    if not out_dir.exists():
        return
    planned = {
        out_dir / received.strftime(FOLDER_FORMAT) / file_name(feed, label)
        for received, feed, label in world.outbox.files
    }
    if any(path.is_file() and path not in planned for path in out_dir.rglob("*")):
        raise FileExistsError("the folder holds files that are not of this season; choose an empty one")


def _summary(world: World, out_dir: Path, seed: int, count_files: int) -> SeasonSummary:
    people = world.people
    rules = world.rules
    complete = people["exists"] & ~people["fate"].isin(("draft", "no_documents", "no_consent"))
    stages = []
    entered = int(people["exists"].sum())
    for stage in rules.stages:
        admitted = len(world.admitted[stage])
        stages.append(StageSummary(stage, entered, world.sat.get(stage, entered), admitted))
        entered = admitted
    return SeasonSummary(
        out_dir=out_dir,
        size=world.size,
        seed=seed,
        scenarios=tuple(scenario.name for scenario in world.scenarios),
        count_files=count_files,
        count_accounts=int(people["exists"].sum()),
        count_complete=int(complete.sum()),
        stages=tuple(stages),
        cases={name: tuple(cases) for name, cases in sorted(world.cases.items())},
    )
