"""Hundreds of small random seasons: publication, restatement and as-of, the warehouse against the oracle.

A season is some two dozen people with places, shares, criteria, moments, policies, stops and late corrections
of its own. In each round every season may publish a list, restate it as a whole or with late results only, or
keep it against its drift; each list that is made is the oracle's row by row, and so is what may not be made.
Afterwards all seasons are looked back at as of random moments: everybody's standing at every stage, cut-offs,
drift, versions in force and kept drifts.

All seasons of a test stand side by side in one warehouse. A build costs a second for twenty seasons and two
for a hundred, since most of it is the number of models; one season alone in a warehouse costs as much as
twenty. It proves besides that no season touches another: they share people, answer forms and moments.

RANDOM_SEASONS=5000 plays so many instead; RANDOM_SEASON=17 plays that one alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.played_seasons import AFTERWARDS, PlayedSeasons, moments_of
from tests.support.random_seasons import random_season
from tests.support.season import CompiledProject

COUNT = int(os.environ.get("RANDOM_SEASONS", "60"))
ALONE = os.environ.get("RANDOM_SEASON")
SIDE_BY_SIDE = 60
MOMENTS = 6
SHOWN = 10
TEST = "tests/integration/test_random_seasons.py::test_random_seasons"

FIRST = [int(ALONE)] if ALONE else range(0, COUNT, SIDE_BY_SIDE)


@contextmanager
def side_by_side(
    project: CompiledProject, numbers: Iterable[int], broken: tuple[str, str] | None = None
) -> Iterator[PlayedSeasons]:
    """These seasons in one warehouse."""
    seasons = PlayedSeasons(project, map(random_season, numbers), broken)
    try:
        yield seasons
    finally:
        seasons.close()


@pytest.mark.parametrize("first", FIRST)
def test_random_seasons(compiled_project: CompiledProject, first: int) -> None:
    numbers = [first] if ALONE else range(first, min(first + SIDE_BY_SIDE, COUNT))
    with side_by_side(compiled_project, numbers) as seasons:
        _agree(seasons.play())
        for moment in moments_of(first // SIDE_BY_SIDE, MOMENTS):
            _agree(seasons.compare(moment))
        if not ALONE:
            counts = seasons.counts()
            assert min(counts.values()) > 0, f"chance has left something out: {counts}"


def _agree(found: list[str]) -> None:
    """Fail with the first differences and with the command that shows them again."""
    if found:
        number = found[0].split()[1].rstrip(",")
        again = f"RANDOM_SEASON={number} .venv/bin/python -m pytest -n 0 {TEST}"
        batch = f"[{int(number) // SIDE_BY_SIDE * SIDE_BY_SIDE}]"
        pytest.fail(
            "\n".join(
                [f"{len(found)} differences", *found[:SHOWN], f"again, alone: {again}"]
                + [f"if alone it agrees, its neighbours did it: pytest -n 0 '{TEST}{batch}'"]
            ),
            pytrace=False,
        )


MISTAKES = {
    "an equal late result stays out": (
        "entrants.score_scaled >= cutoffs.cutoff_scaled",
        "entrants.score_scaled > cutoffs.cutoff_scaled",
    ),
    "one more goes on": (
        "count_reached - count_people < limit_places\n",
        "count_reached - count_people <= limit_places\n",
    ),
    "the excluded count in n": (
        "count(*) filter (where standing_code = 'pool' or leaves_vacancy) as count_pool",
        "count(*) filter (where coalesce(settled_status_code, 'excluded') = 'excluded') as count_pool",
    ),
    "known at the moment of the list is late": (
        "results.known_at > stages.published_at",
        "results.known_at >= stages.published_at",
    ),
    "a stop decides from the second after it": (
        "stops.starts_at <= stages.stops_deciding_at",
        "stops.starts_at < stages.stops_deciding_at",
    ),
    "what is received at the moment is not known": (
        "where _received_at <= timestamp",
        "where _received_at < timestamp",
    ),
    "no freeze": ("- to_hours(policy.restate_freeze_hours)", "- to_hours(0 * policy.restate_freeze_hours)"),
    "a list does not send supernumeraries on": (
        "stage_order + 1 as stage_order\nfrom lists\nwhere is_admitted",
        "stage_order + 1 as stage_order\nfrom lists\nwhere is_admitted and not is_late",
    ),
    "a list is published anew by its restatement": (
        "publications.first_published_at",
        "publications.published_at",
    ),
    "the first version stays in force": ("arg_max(act_no, version)", "arg_min(act_no, version)"),
    "a stop of one season stops in another": (
        "on named.season_code = accounts.season_code and named.person_key = accounts.person_key",
        "on named.person_key = accounts.person_key",
    ),
    "nobody asks who was seen": ("recordings.is_unsettled", "false"),
    "a recording found after the list is in time": (
        "greatest(results.known_at, recordings.settled_at)",
        "results.known_at",
    ),
    "a key of one season is read in another": (
        "sittings.season_code = answer_keys.season_code\n            and ",
        "",
    ),
}

#: Of these the first twenty seasons hold no case: the number of one that does.
RARE = {"a list does not send supernumeraries on": 45, "the first version stays in force": 22}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_noticed(compiled_project: CompiledProject, mistake: str) -> None:
    numbers = [RARE[mistake]] if mistake in RARE else range(20)
    with side_by_side(compiled_project, numbers, MISTAKES[mistake]) as seasons:
        assert (
            seasons.compare(AFTERWARDS)
            or seasons.play()
            or any(seasons.compare(moment) for moment in moments_of(0, MOMENTS))
        )
