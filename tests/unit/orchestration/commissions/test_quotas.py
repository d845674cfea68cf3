"""Scenarios of the quotas: who enters, who does not any more, ties at the edge, and what is refused."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from orchestration.commissions.figures import open_figures
from orchestration.commissions.quotas import (
    AT_EDGE,
    OUTSIDE,
    WITHIN,
    Quotas,
    all_moves,
    moved,
    read_move,
    read_places,
    read_quotas,
    scenario,
)
from orchestration.commissions.scenario_paper import scenario_paper
from orchestration.errors import UserError
from orchestration.layout.rendering import FORMATS, render
from orchestration.settings import Settings
from tests.support.commission_release import PLACES, Person, Season, write_commission_release


def proposed(track: str, first: int, *scores: Fraction | int, now: str = "pending") -> list[Person]:
    return [
        Person(f"R25-{first + place:06d}", track, {"expert_commission": Fraction(score)}, now=now)
        for place, score in enumerate(scores)
    ]


def quotas_of(settings: Settings, people: list[Person], season: Season | None = None) -> Quotas:
    write_commission_release(settings, people, season)
    return read_quotas(open_figures(settings))


# economy has seven places, foreign eight: of economy two equals at the edge, of foreign nobody too many.
ECONOMY = proposed("economy", 100, 10, 9, 8, 8, 7, 6, 5, 5, 5, 4)
FOREIGN = proposed("foreign", 200, 10, 9, 8, 7, 6, 5, Fraction(41, 10), 4, 4, 3)


def codes(quotas: Quotas, track: str, places: int) -> str:
    return "".join(
        {WITHIN: "w", AT_EDGE: "e", OUTSIDE: "o"}[one.code] for one in quotas.standing(track, places)
    )


def test_equals_who_do_not_all_fit_are_at_the_edge(settings: Settings) -> None:
    quotas = quotas_of(settings, ECONOMY)
    assert [codes(quotas, "economy", places) for places in (0, 1, 3, 4, 6, 7, 8, 9, 10, 11, 50)] == [
        "oooooooooo", "wooooooooo", "wweeoooooo", "wwwwoooooo", "wwwwwwoooo", "wwwwwweeeo", "wwwwwweeeo",
        "wwwwwwwwwo", "wwwwwwwwww", "wwwwwwwwww", "wwwwwwwwww",
    ]  # fmt: skip


def test_one_place_from_one_track_to_another(settings: Settings) -> None:
    quotas = quotas_of(settings, [*ECONOMY, *FOREIGN])
    made = scenario(quotas, moved(quotas, read_move(quotas, "foreign:economy:2")))
    assert made.places == {"economy": 9, "foreign": 6}
    assert [one.after.candidate_no for one in made.entering] == ["R25-000106", "R25-000107", "R25-000108"]
    assert [one.after.candidate_no for one in made.leaving] == ["R25-000206"]
    assert [one.before.code for one in made.entering] == [AT_EDGE] * 3
    changed = [(each.after.candidate_no, each.before.code, each.after.code) for each in made.changed]
    assert changed[3:] == [
        ("R25-000206", WITHIN, OUTSIDE),
        ("R25-000207", AT_EDGE, OUTSIDE),
        ("R25-000208", AT_EDGE, OUTSIDE),
    ]
    assert made.ties == ()


def test_a_tie_at_the_edge_says_for_how_many_places(settings: Settings) -> None:
    quotas = quotas_of(settings, [*ECONOMY, *FOREIGN])
    made = scenario(quotas, moved(quotas, read_move(quotas, "foreign:economy")))
    assert made.entering == ()
    [tie] = made.ties
    assert (tie.track_code, tie.candidates, tie.free) == (
        "economy", ("R25-000106", "R25-000107", "R25-000108"), 2,
    )  # fmt: skip


@pytest.mark.parametrize(("scores", "empty"), [((), 8), ((5,), 7), ((5, 5, 5), 5)])
def test_a_track_with_fewer_candidates_than_places_leaves_them_empty(
    settings: Settings, scores: tuple[int, ...], empty: int
) -> None:
    quotas = quotas_of(settings, proposed("economy", 1, *scores) or proposed("foreign", 1, 9))
    made = scenario(quotas, moved(quotas, read_move(quotas, "agro:economy")))
    assert made.empty["economy"] == empty
    assert [one.code for one in quotas.standing("economy", 8)] == [WITHIN] * len(scores)
    assert (made.entering, made.leaving, made.ties) == ((), (), ())


def test_who_is_out_takes_no_place(settings: Settings) -> None:
    people = [*proposed("economy", 1, 10, now="withdrawn"), *proposed("economy", 2, *range(9, 1, -1))]
    quotas = quotas_of(settings, people)
    assert [one.candidate_no for one in quotas.standing("economy", 7) if one.code == WITHIN] == [
        f"R25-{number:06d}" for number in range(2, 9)
    ]


def test_standings_agree_with_filling_places_by_hand(settings: Settings) -> None:
    """Place by place, in exact fractions: the best group first, as long as all of it fits."""
    rng = random.Random(31)
    people = [
        Person(f"R25-{number:06d}", rng.choice(list(PLACES)),
               {"expert_commission": Fraction(rng.randint(8, 80), rng.choice((7, 8, 9)))})
        for number in range(160)
    ]  # fmt: skip
    quotas = quotas_of(settings, people)
    for track in PLACES:
        own = [one for one in people if one.track == track]
        groups = sorted({one.scores["expert_commission"] for one in own}, reverse=True)
        for places in range(51):
            free, wanted = places, {}
            for score in groups:
                group = [one for one in own if one.scores["expert_commission"] == score]
                code = WITHIN if len(group) <= free else AT_EDGE if free else OUTSIDE
                wanted |= {one.candidate_no: code for one in group}
                free = free - len(group) if code == WITHIN else 0
            found = {one.candidate_no: one.code for one in quotas.standing(track, places)}
            assert found == wanted, (track, places)


def test_every_ordered_pair_of_tracks_is_one_scenario(settings: Settings) -> None:
    quotas = quotas_of(settings, [*ECONOMY, *FOREIGN])
    moves = all_moves(quotas)
    assert len(moves) == 30
    assert len(set(moves)) == 30
    assert all(sum(moved(quotas, one).values()) == 50 for one in moves)


def test_a_track_without_places_gives_none(settings: Settings) -> None:
    quotas = quotas_of(settings, ECONOMY, Season(places={"agro": 0}, decision_no="NC-1"))
    assert len(all_moves(quotas)) == 25
    assert quotas.tracks[4].decision_no == "NC-1"
    with pytest.raises(UserError) as caught:
        moved(quotas, read_move(quotas, "agro:economy"))
    assert caught.value.message_key == "error.quotas_too_few"


def test_more_places_in_all_than_the_reserve_takes_are_refused(settings: Settings) -> None:
    quotas = quotas_of(settings, ECONOMY)
    assert scenario(quotas, read_places(quotas, "economy=8,foreign=7")).places == {"economy": 8, "foreign": 7}
    with pytest.raises(UserError) as caught:
        scenario(quotas, read_places(quotas, "economy=8"))
    assert caught.value.message_key == "error.quotas_total"
    assert caught.value.params == {"total": 51, "limit": 50}


def test_a_decision_that_allows_more_lifts_the_limit(settings: Settings) -> None:
    quotas = quotas_of(settings, ECONOMY, Season(limit_total=52))
    assert scenario(quotas, read_places(quotas, "economy=9")).places == {"economy": 9}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("economy", "error.quotas_move"), ("economy:economy", "error.quotas_move"),
        ("economy:agro:0", "error.quotas_move"), ("economy:agro:-1", "error.quotas_move"),
        ("economy:agro:1:2", "error.quotas_move"), ("economy:agro:²", "error.quotas_move"),
        ("law:agro", "error.shortlist_track"), ("", "error.quotas_move"),
    ],
)  # fmt: skip
def test_what_is_no_move_is_refused(settings: Settings, text: str, key: str) -> None:
    quotas = quotas_of(settings, ECONOMY)
    with pytest.raises(UserError) as caught:
        read_move(quotas, text)
    assert caught.value.message_key == key


@pytest.mark.parametrize("text", ["", "agro", "agro=", "agro=x", "agro=-1", "agro=1,agro=2", "agro=1.5"])
def test_what_are_no_places_is_refused(settings: Settings, text: str) -> None:
    quotas = quotas_of(settings, ECONOMY)
    with pytest.raises(UserError) as caught:
        read_places(quotas, text)
    assert caught.value.message_key == "error.quotas_places"


# --- the paper ---


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_paper_names_scenario_people_and_ties(settings: Settings, language: str) -> None:
    write_commission_release(settings, [*ECONOMY, *FOREIGN])
    figures = open_figures(settings, language)
    quotas = read_quotas(figures)
    moves = read_move(quotas, "foreign:economy:2")
    document = scenario_paper(figures, quotas, [scenario(quotas, moved(quotas, moves), moves)])
    places, summary, people = document.tables()
    assert places.rows[-1][1:3] == (50, 50)
    [row] = summary.rows
    assert row[2:4] == ("R25-000106, R25-000107, R25-000108", "R25-000206")
    assert len(people.rows) == 6
    assert people.rows[0][2:4] == ("R25-000106", "7–9")
    for format_name in FORMATS:
        assert render(document, format_name) == render(document, format_name)


def test_the_paper_says_where_nobody_is_found_and_that_places_were_set(settings: Settings) -> None:
    write_commission_release(settings, ECONOMY)
    figures = open_figures(settings)
    quotas = read_quotas(figures)
    document = scenario_paper(figures, quotas, [scenario(quotas, read_places(quotas, "economy=6,foreign=9"))])
    [row] = document.tables()[1].rows
    assert row[1] == "economic and financial policy: 6; foreign policy and investment: 9"
    assert row[4] == "foreign policy and investment: empty places 9 (§3.3)"
