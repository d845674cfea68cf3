"""Quotas of the National Commission: places in force, and what other places would change (Order §9, A5, A43).

Belongs here: reading places and standings of a release, and comparing two numbers of places. Not here: who
stands within so many places (`rpt_quota_standings`), deciding (`quota_acts.py`), the paper
(`scenario_paper.py`), drawing (`console.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING

from orchestration.errors import UserError

if TYPE_CHECKING:
    from orchestration.commissions.figures import Figures

WITHIN, AT_EDGE, OUTSIDE = "within", "at_edge", "outside"

_PLACES = """
select p.*, t.name_{language} as track_name
from core.fct_reserve_places as p
inner join seeds.tracks as t using (season_code, track_code)
where p.season_code::varchar = $season order by t.track_order
"""
_STANDINGS = """
select track_code, places, candidate_no, score_points, best_place, last_place, quota_standing_code
from reporting.rpt_quota_standings where season_code::varchar = $season
order by track_code, places, best_place, candidate_no
"""
_DECIDED = """
select count(*) as people from core.fct_national_decisions where season_code::varchar = $season
"""


@dataclass(frozen=True)
class TrackPlaces:
    """Places of a track: by the Order, in force, and the decision that revised them (None: the Order's)."""

    track_code: str
    track_name: str
    by_order: int
    places: int
    decision_no: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """Somebody's place in the order of a track, and where it stands with a number of places."""

    candidate_no: str
    points: Decimal
    best_place: int
    last_place: int
    code: str


@dataclass(frozen=True)
class Changed:
    """Somebody whose standing is another one with other places."""

    track_code: str
    before: Standing
    after: Standing


@dataclass(frozen=True)
class Tie:
    """Equals at the edge of a track who do not all find a place: the Commission decides (A5)."""

    track_code: str
    candidates: tuple[str, ...]
    free: int


@dataclass(frozen=True)
class Scenario:
    """Other places, by track, and whom they change.

    moves: (from, to, how many) as asked for, none where places were given. places: of the tracks whose places
    are other ones. ties: at the edge of these tracks afterwards. empty: their places that find nobody.
    """

    moves: tuple[tuple[str, str, int], ...]
    places: Mapping[str, int]
    changed: tuple[Changed, ...]
    ties: tuple[Tie, ...]
    empty: Mapping[str, int]

    @property
    def entering(self) -> tuple[Changed, ...]:
        """Who would be within the quota and is not now."""
        return tuple(one for one in self.changed if one.after.code == WITHIN)

    @property
    def leaving(self) -> tuple[Changed, ...]:
        """Who is within the quota now and would not be."""
        return tuple(one for one in self.changed if one.before.code == WITHIN)


@dataclass(frozen=True)
class Quotas:
    """Places and standings of one release."""

    tracks: tuple[TrackPlaces, ...]
    limit_total: int
    standings: Mapping[tuple[str, int], tuple[Standing, ...]]
    count_decided: int

    @cached_property
    def in_force(self) -> dict[str, int]:
        """Places in force by track."""
        return {track.track_code: track.places for track in self.tracks}

    def standing(self, track: str, places: int) -> tuple[Standing, ...]:
        """Who stands where in a track with so many places, best first; nobody where nobody is proposed."""
        return self.standings.get((track, places), ())

    def count(self, track: str, places: int, code: str) -> int:
        """How many stand so in a track with so many places."""
        return sum(one.code == code for one in self.standing(track, places))

    def empty(self, track: str, places: int) -> int:
        """Places of a track that find nobody (§3.3): fewer are proposed than there are places."""
        return max(0, places - len(self.standing(track, places)))


def read_quotas(figures: Figures) -> Quotas:
    """Places and standings of the release; `UserError` where it has no places of the Reserve."""
    rows = figures.rows(_PLACES)
    if not rows:
        raise UserError("error.quotas_none", season=figures.season)
    standings: dict[tuple[str, int], list[Standing]] = {}
    for row in figures.rows(_STANDINGS):
        standings.setdefault((row["track_code"], row["places"]), []).append(
            Standing(
                row["candidate_no"], row["score_points"], row["best_place"], row["last_place"],
                row["quota_standing_code"],
            )
        )  # fmt: skip
    [decided] = figures.rows(_DECIDED)
    return Quotas(
        tuple(
            TrackPlaces(
                row["track_code"], row["track_name"], row["places_by_order"], row["places"],
                row["decision_no"], row["decided_at"],
            )
            for row in rows
        ),
        int(rows[0]["limit_total"]),
        {key: tuple(found) for key, found in standings.items()},
        int(decided["people"]),
    )  # fmt: skip


def all_moves(quotas: Quotas) -> list[tuple[tuple[str, str, int], ...]]:
    """One place from each track that has one to each other track."""
    codes = [track.track_code for track in quotas.tracks]
    return [((one, other, 1),) for one, other in permutations(codes, 2) if quotas.in_force[one] > 0]


def read_move(quotas: Quotas, text: str) -> tuple[tuple[str, str, int], ...]:
    """`FROM:TO[:N]`, several of one scenario with commas; `UserError` for what is no move between tracks."""
    moves = []
    for part in text.split(","):
        words = [word.strip() for word in part.split(":")]
        if len(words) not in (2, 3) or (len(words) == 3 and not _is_count(words[2])):
            raise UserError("error.quotas_move", move=part.strip())
        for track in words[:2]:
            _require_track(quotas, track)
        if words[0] == words[1]:
            raise UserError("error.quotas_move", move=part.strip())
        moves.append((words[0], words[1], int(words[2]) if len(words) == 3 else 1))
    return tuple(moves)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) > 0


def read_places(quotas: Quotas, text: str) -> dict[str, int]:
    """`track=n,…` as places of all tracks, the others as in force; `UserError` for what it cannot be."""
    places: dict[str, int] = {}
    for part in text.split(","):
        track, sign, number = (word.strip() for word in part.partition("="))
        if not sign or not (number.isascii() and number.isdecimal() and len(number) <= 4) or track in places:
            raise UserError("error.quotas_places", places=part.strip())
        _require_track(quotas, track)
        places[track] = int(number)
    return {**quotas.in_force, **places}


def _require_track(quotas: Quotas, track: str) -> None:
    if track not in quotas.in_force:
        raise UserError("error.shortlist_track", track=track, tracks=", ".join(quotas.in_force))


def require_within_limit(quotas: Quotas, places: Mapping[str, int], limit: int | None = None) -> None:
    """`UserError` where places of all tracks are more than the Reserve takes (Order §9.1, A43).

    limit: what a decision itself allows in all; default the limit in force.
    """
    allowed, total = quotas.limit_total if limit is None else limit, sum(places.values())
    if total > allowed:
        raise UserError("error.quotas_total", total=total, limit=allowed)


def moved(quotas: Quotas, moves: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Places after moves; `UserError` where a track would give more than it has."""
    places = dict(quotas.in_force)
    for one, other, count in moves:
        if places[one] < count:
            raise UserError("error.quotas_too_few", track=one, places=places[one], count=count)
        places[one] -= count
        places[other] += count
    return places


def scenario(
    quotas: Quotas, places: Mapping[str, int], moves: Sequence[tuple[str, str, int]] = ()
) -> Scenario:
    """Whom other places would change; `UserError` above the limit in force (A43)."""
    require_within_limit(quotas, places)
    touched = [track for track in quotas.in_force if places[track] != quotas.in_force[track]]
    changed, ties = [], []
    for track in touched:
        before = {one.candidate_no: one for one in quotas.standing(track, quotas.in_force[track])}
        after = quotas.standing(track, places[track])
        changed += [
            Changed(track, before[one.candidate_no], one)
            for one in after
            if before[one.candidate_no].code != one.code
        ]
        tied = [one for one in after if one.code == AT_EDGE]
        if tied:
            numbers = tuple(one.candidate_no for one in tied)
            ties.append(Tie(track, numbers, places[track] - tied[0].best_place + 1))
    empty = {track: quotas.empty(track, places[track]) for track in touched}
    return Scenario(
        tuple(moves), {track: places[track] for track in touched}, tuple(changed), tuple(ties),
        {track: count for track, count in empty.items() if count},
    )  # fmt: skip
