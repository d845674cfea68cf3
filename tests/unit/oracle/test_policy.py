"""The policy of the cuts, each alternative by hand (`docs/rules.md`, "Policy of the cuts"; A1–A22)."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.oracle.cuts import Field, OracleCutoff, OracleResult, cut_stage, limit_of
from tests.oracle.order import CRITERIA, STAGE, TOTALS, local
from tests.oracle.policy import DEFAULT, VALUES, Policy
from tests.oracle.scores import Scores, hundredths
from tests.oracle.sittings import is_in_time
from tests.unit.oracle.builders import claim, decision, sitting, tables
from tests.unit.oracle.seasons import STARTED, Feeds, answers, candidate, play, who

SECOND = timedelta(seconds=1)
PUBLISHED = STAGE["text_test"].published_at


def _field(limit: int, *points: int, track: str = "agro", **more: Any) -> Field:
    return Field(track, limit, {f"{track[0]}{n}": Fraction(value) for n, value in enumerate(points)}, **more)


def _reasons(shown: dict[str, OracleResult]) -> dict[str, str]:
    return {candidate_no: result.reason for candidate_no, result in shown.items()}


def _cut(policy: Policy, *tracks: Field, stage: str = "numeric_test") -> tuple[Any, Any]:
    return cut_stage(stage, tracks, policy)


# --- the parameters


def test_defaults_are_the_first_values() -> None:
    assert {one.name: one.default for one in fields(Policy)} == {
        name: values[0] for name, values in VALUES.items()
    }


@pytest.mark.parametrize("parameter", sorted(VALUES))
def test_an_unknown_value_fails(parameter: str) -> None:
    for value in VALUES[parameter]:
        assert getattr(Policy(**{parameter: value}), parameter) == value
    with pytest.raises(ValueError, match=parameter):
        Policy(**{parameter: "other"})


def test_totals_of_the_order() -> None:
    assert list(TOTALS.values()) == [600, 300, 200, 150, 100]


# --- A1, A2, A14, A18: what a share is taken of

SHARE = [
    *(candidate(number, points) for number, points in enumerate((20, 18, 15, 12), start=1)),
    candidate(5, None),
    candidate(6, 24),
    candidate(7, None),
]
#: The sixth awaits a resit, the seventh sat without answers, the fifth did not come.
SHARE_MORE: Feeds = {
    "platform__resit_claims": [claim(sitting(who(6), "text_test", started_at=STARTED["text_test"]))],
    "platform__sittings": [sitting(who(7), "text_test", started_at=STARTED["text_test"])],
}


@pytest.mark.parametrize(
    ("changes", "limit"),
    (
        ({}, 2),
        ({"no_show": "counted"}, 3),
        ({"pending_resit": "counted"}, 3),
        ({"no_show": "counted", "pending_resit": "counted"}, 3),
        ({"share_base": "entrants"}, 4),
        ({"share_base": "entrants", "no_show": "counted", "pending_resit": "counted"}, 4),
        ({"no_show": "counted", "share_rounding": "floor"}, 2),
        ({"share_base": "entrants", "share_rounding": "floor"}, 3),
    ),
)
def test_base_of_a_share(changes: dict[str, str], limit: int) -> None:
    season = play(*SHARE, SHARE_MORE, policy=Policy(**changes))
    cutoff = season.cutoffs["text_test", "digital"]
    assert (cutoff.pool, cutoff.limit, cutoff.admitted) == (4, limit, limit)


def test_a_stopped_person_is_no_base_of_a_share() -> None:
    stop = {"agency__working_group_decisions": [decision("WG-1", who(5), "exclude")]}
    season = play(*SHARE, SHARE_MORE, stop, policy=Policy(share_base="entrants"))
    assert season.cutoffs["text_test", "digital"].limit == 3


@pytest.mark.parametrize(("pool", "limit"), ((0, 0), (1, 0), (2, 1), (3, 1), (101, 50)))
def test_half_is_rounded_down(pool: int, limit: int) -> None:
    assert limit_of("text_test", "agro", pool, Policy(share_rounding="floor")) == limit


def test_half_of_one_rounded_down_admits_nobody() -> None:
    season = play(candidate(1, 25), policy=Policy(share_rounding="floor"))
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(1, 0, None, 0, 0, 0, False)


def test_a_share_of_entrants_can_exceed_the_pool() -> None:
    season = play(
        candidate(1, 3), candidate(2, None), candidate(3, None), policy=Policy(share_base="entrants")
    )
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(1, 2, None, 1, 0, 0, True)


# --- A3, A4: ties

LEAVE_OUT = Policy(ties_at_cut="leave_out")


@pytest.mark.parametrize(
    ("limit", "points", "cutoff", "admitted"),
    (
        (2, (20, 18, 18, 15), 20, 1),
        (3, (20, 18, 18, 15), 18, 3),
        (1, (7, 7, 7), None, 0),
        (2, (7, 7), 7, 2),
        (3, (20, 18), None, 2),
        (4, (20, 18, 18, 15, 15), 18, 3),
    ),
)
def test_ties_left_out(limit: int, points: tuple[int, ...], cutoff: int | None, admitted: int) -> None:
    shown, cutoffs = _cut(LEAVE_OUT, _field(limit, *points))
    assert (cutoffs["agro"].cutoff, cutoffs["agro"].admitted, cutoffs["agro"].by_tie) == (cutoff, admitted, 0)
    assert sum(reason == "BELOW_CUTOFF" for reason in _reasons(shown).values()) == len(points) - admitted


def test_a_late_result_where_nobody_fits() -> None:
    shown, cutoffs = _cut(LEAVE_OUT, _field(1, 7, 7, late={"L": Fraction(25)}))
    assert shown["L"].reason == "LATE_BELOW_CUTOFF"
    assert not cutoffs["agro"].is_shortfall


def test_a_late_result_against_ties_left_out() -> None:
    late = {"tied": Fraction(18), "above": Fraction(20)}
    shown, _ = _cut(LEAVE_OUT, _field(2, 20, 18, 18, late=late))
    assert (shown["tied"].status, shown["above"].status) == ("not_admitted", "supernumerary")


@pytest.mark.parametrize(
    ("stage", "admitted"),
    (
        ("text_test", 1),
        ("numeric_test", 1),
        ("situational", 1),
        ("assessment_centre", 3),
        ("interview", 3),
        ("expert_commission", 3),
    ),
)
def test_early_and_late_cuts_have_their_own_rule(stage: str, admitted: int) -> None:
    assert _cut(LEAVE_OUT, _field(2, 20, 18, 18), stage=stage)[1]["agro"].admitted == admitted
    late = Policy(ties_at_late_cut="leave_out")
    assert _cut(late, _field(2, 20, 18, 18), stage=stage)[1]["agro"].admitted == 4 - admitted


# --- A6: the score before


def test_the_score_before_orders_equal_scores() -> None:
    before = {"a1": Fraction(5), "a2": Fraction(9), "a3": Fraction(5)}
    shown, cutoffs = _cut(DEFAULT, _field(2, 20, 18, 18, 18, 18, before=before))
    assert [shown[f"a{n}"].rank for n in range(5)] == [1, 3, 2, 3, 5], "no score before is the lowest"
    assert cutoffs["agro"] == OracleCutoff(5, 2, Fraction(18), 2, 0, 0, False)
    shown, cutoffs = _cut(DEFAULT, _field(3, 20, 18, 18, 18, 18, before=before))
    assert cutoffs["agro"].admitted == 4, "equal in both is tied"
    assert _reasons(shown)["a4"] == "BELOW_CUTOFF"
    assert [_reasons(shown)[f"a{n}"] for n in (1, 2, 3)] == ["BY_TIE"] * 3


def test_the_score_before_and_ties_left_out() -> None:
    before = {"a1": Fraction(5), "a2": Fraction(9), "a3": Fraction(5)}
    one = _field(3, 20, 18, 18, 18, before=before, late={"L": Fraction(18)})
    shown, cutoffs = _cut(LEAVE_OUT, one)
    assert (cutoffs["agro"].cutoff, cutoffs["agro"].admitted) == (Fraction(18), 2)
    assert shown["L"].status == "supernumerary", "a late result is compared by its own score alone"


def test_the_text_test_has_no_ranking_before_it() -> None:
    people = [candidate(1, 10, 12), candidate(2, 10, 12), candidate(3, 10)]
    season = play(*people, policy=Policy(tie_breaker="previous_stage"))
    assert {result.rank for result in season.at("text_test").values()} == {1}


def test_the_score_before_in_a_season() -> None:
    people = [candidate(1, 10, 12), candidate(2, 11, 12), candidate(3, 0)]
    season = play(*people, policy=Policy(tie_breaker="previous_stage"))
    assert {name: result.rank for name, result in season.at("numeric_test").items()} == {who(1): 2, who(2): 1}
    assert {result.rank for result in play(*people).at("numeric_test").values()} == {1}


# --- A7: the total


def _six(points: tuple[int, ...], limit: int) -> list[Field]:
    tracks = ("social", "infrastructure", "economy", "digital", "agro", "foreign")
    return [
        Field(track, limit, {f"{track}{n}": Fraction(value) for n, value in enumerate(points)})
        for track in tracks
    ]


def test_total_is_kept_by_leaving_ties_out() -> None:
    full, tied = (*range(101, 0, -1),), (*range(101, 2, -1), 2, 2)
    total = Policy(total_cap="total")
    _, cutoffs = _cut(total, *_six(full, 100))
    assert sum(one.admitted for one in cutoffs.values()) == 600
    *five, last = _six(full, 100)
    with_tie = Field(
        "foreign", 100, {name: Fraction(value) for name, value in zip(last.in_time, tied, strict=True)}
    )
    _, cutoffs = _cut(total, *five, with_tie)
    assert [one.admitted for one in cutoffs.values()] == [100] * 5 + [99], "one above 600 leaves the tie out"
    _, cutoffs = _cut(DEFAULT, *five, with_tie)
    assert sum(one.admitted for one in cutoffs.values()) == 601


def test_ties_within_the_total_stay() -> None:
    _, cutoffs = _cut(Policy(total_cap="total"), _field(2, 20, 18, 18))
    assert cutoffs["agro"].admitted == 3


def test_a_share_has_no_total() -> None:
    _, cutoffs = _cut(Policy(total_cap="total"), _field(1, *[9] * 700), stage="text_test")
    assert cutoffs["agro"].admitted == 700


# --- A8: places left free

OTHERS = Policy(shortfall="best_of_others")


def test_free_places_go_to_the_best_of_others() -> None:
    short = _field(3, 1, track="social")
    agro = _field(1, 20, 18, 15)
    digital = _field(1, 19, 17, 16, track="digital")
    shown, cutoffs = _cut(OTHERS, short, agro, digital)
    assert _reasons(shown) == {
        "s0": "SHORTFALL",
        "a0": "WITHIN_LIMIT",
        "a1": "SHORTFALL",
        "a2": "BELOW_CUTOFF",
        "d0": "WITHIN_LIMIT",
        "d1": "SHORTFALL",
        "d2": "BELOW_CUTOFF",
    }
    assert cutoffs["agro"] == OracleCutoff(3, 1, Fraction(20), 2, 0, 0, False), "the cut-off stays"
    assert shown["a1"].rank == 2


def test_equals_with_the_last_free_place_are_included() -> None:
    short = _field(2, 1, track="social")
    shown, _ = _cut(OTHERS, short, _field(1, 20, 18, 18), _field(1, 19, 18, track="digital"))
    assert sum(reason == "SHORTFALL" for reason in _reasons(shown).values()) == 4


def test_more_free_places_than_people() -> None:
    shown, _ = _cut(OTHERS, _field(9, track="social"), _field(1, 20, 18))
    assert set(_reasons(shown).values()) == {"WITHIN_LIMIT", "SHORTFALL"}


def test_a_late_result_gets_no_free_place() -> None:
    late = {"L": Fraction(19)}
    shown, _ = _cut(OTHERS, _field(9, track="social"), _field(1, 20, 18, late=late))
    assert (shown["a1"].status, shown["L"].status) == ("admitted", "not_admitted")


def test_places_given_do_not_make_ties() -> None:
    shown, cutoffs = _cut(OTHERS, _field(1, track="social"), _field(1, 20, 18))
    assert (shown["a0"].reason, cutoffs["agro"].by_tie) == ("WITHIN_LIMIT", 0)


def test_by_default_nothing_moves_between_tracks() -> None:
    shown, _ = _cut(DEFAULT, _field(9, track="social"), _field(1, 20, 18))
    assert shown["a1"].status == "not_admitted"


# --- A9, A22: what is compared


def test_the_score_before_is_added() -> None:
    season = play(candidate(1, 10, 12), policy=Policy(carry_over="add_previous"))
    assert season.results["numeric_test", who(1)].score == 22
    assert season.results["text_test", who(1)].score == 10, "vetting has no score"


def _work(number: int, points: tuple[int, ...]) -> Feeds:
    return {
        "platform__sittings": [
            sitting(who(number), "situational"),
            sitting(who(number), "assessment_centre"),
        ],
        "platform__solutions": [
            {"work_no": f"W{number}", "candidate_no": who(number)}
            | {"sitting_id": f"{who(number)}-situational-1"}
        ],
        "platform__expert_marks": [
            {"work_no": f"W{number}", "expert_code": f"E{expert}", "criterion_code": criterion}
            | {"points": value, "marked_at": local(2025, 8, 18, expert)}
            for expert, value in enumerate(points)
            for criterion in CRITERIA["situational"]
        ],
        "academy__assessor_marks": [
            {"candidate_no": who(number), "assessor_code": code, "competency_code": criterion}
            | {"is_recused": False, "points": 3}
            for code in ("A1", "A2")
            for criterion in CRITERIA["assessment_centre"]
        ],
    }


def test_answers_are_not_added_to_marks_and_marks_are() -> None:
    season = play(candidate(1, 10, 12), _work(1, (5, 5, 4)), policy=Policy(carry_over="add_previous"))
    assert season.results["situational", who(1)].score == Fraction(14, 3)
    assert season.results["assessment_centre", who(1)].score == 3 + Fraction(14, 3)


def test_what_is_added_is_rounded_likewise() -> None:
    policy = Policy(carry_over="add_previous", rounding="two_decimals")
    season = play(candidate(1, 10, 12), _work(1, (5, 5, 4)), policy=policy)
    assert season.results["situational", who(1)].score == Fraction(467, 100)
    assert season.results["assessment_centre", who(1)].score == Fraction(767, 100)


@pytest.mark.parametrize(
    ("score", "rounded"),
    (
        (Fraction(13, 3), Fraction(433, 100)),
        (Fraction(14, 3), Fraction(467, 100)),
        (Fraction(865, 200), Fraction(433, 100)),
        (Fraction(4324999, 10**6), Fraction(432, 100)),
        (Fraction(4), Fraction(4)),
    ),
)
def test_hundredths_half_up(score: Fraction, rounded: Fraction) -> None:
    assert hundredths(score) == rounded


# --- A10, A11, A13: stops and late results

THREE = [candidate(1, 20), candidate(2, 18), candidate(3, 15)]


def _stopped(number: int, **changes: Any) -> Feeds:
    return {"agency__working_group_decisions": [decision("WG-1", who(number), "exclude", **changes)]}


def test_a_place_of_somebody_stopped_before_the_list_stays_empty() -> None:
    stop = _stopped(1, decided_at=PUBLISHED)
    removed = play(*THREE, stop).cutoffs["text_test", "digital"]
    assert removed == OracleCutoff(2, 1, Fraction(18), 1, 0, 0, False)
    season = play(*THREE, stop, policy=Policy(exclusion_before_list="vacancy"))
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(3, 2, Fraction(18), 1, 0, 0, False)
    assert season.results["text_test", who(1)] == OracleResult(
        "excluded", "EXCLUDED", "digital", Fraction(20), 1, "WG-1"
    )
    assert season.results["text_test", who(2)].rank == 2
    assert ("numeric_test", who(1)) not in season.results


def test_without_a_result_in_time_nothing_is_kept_empty() -> None:
    vacancy = Policy(exclusion_before_list="vacancy")
    late = candidate(1, 20, _received=PUBLISHED + SECOND)
    for one in (candidate(1, None), late):
        season = play(one, *THREE[1:], _stopped(1, decided_at=PUBLISHED), policy=vacancy)
        assert season.cutoffs["text_test", "digital"].pool == 2
        assert season.results["text_test", who(1)].rank is None


def test_empty_places_count_for_ties() -> None:
    people = [candidate(1, 18), candidate(2, 18), candidate(3, 18)]
    season = play(*people, _stopped(1), policy=Policy(exclusion_before_list="vacancy"))
    assert season.at("vetting")[who(1)].status == "excluded", "stopped before it is no entrant of the test"
    season = play(
        *people,
        _stopped(1, decided_at=PUBLISHED),
        policy=Policy(exclusion_before_list="vacancy"),
    )
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(3, 2, Fraction(18), 2, 2, 0, False)


def test_the_next_goes_on_after_an_exclusion() -> None:
    people = [*THREE, candidate(4, 10)]
    stop = _stopped(1, decided_at=PUBLISHED + SECOND)
    assert play(*people, stop).results["text_test", who(3)].status == "not_admitted"
    promoted = play(*people, stop, policy=Policy(exclusion_after_list="promote_next"))
    assert promoted.results["registration", who(1)].status == "excluded", "it shows at the first stage"
    assert who(1) not in promoted.at("text_test")
    assert promoted.results["text_test", who(3)].reason == "WITHIN_LIMIT"
    before_it = play(*people, stop, as_of=PUBLISHED, policy=Policy(exclusion_after_list="promote_next"))
    assert before_it.results["text_test", who(1)].status == "admitted"


def test_no_result_is_late() -> None:
    late = candidate(4, 19, _received=PUBLISHED + SECOND)
    season = play(*THREE, late, policy=Policy(late_result="rerank"))
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(4, 2, Fraction(19), 2, 0, 0, False)
    assert play(*THREE, late).results["text_test", who(4)].status == "supernumerary"


# --- A15, A19, A20: what counts


def test_two_working_days_for_a_claim() -> None:
    saturday = local(2025, 8, 2, 10)
    assert not is_in_time(local(2025, 8, 5), saturday)
    assert is_in_time(local(2025, 8, 6) - SECOND, saturday, 2)
    assert not is_in_time(local(2025, 8, 6), saturday, 2)
    one = candidate(1, 20)
    disturbed = sitting(who(1), "text_test", started_at=STARTED["text_test"])
    claimed = {"platform__resit_claims": [claim(disturbed, claimed_at=local(2025, 8, 5, 12))]}
    assert play(one, claimed).results["text_test", who(1)].status == "admitted"
    season = play(one, claimed, policy=Policy(claim_working_days=2))
    assert season.results["text_test", who(1)].status == "pending_resit"


def _situational(points: tuple[int, ...], policy: Policy) -> Any:
    feeds = _work(1, points)
    given = tables(feeds)
    sat = given.rows("platform__sittings")[0]
    return Scores(given, policy).result(who(1), STAGE["situational"], sat)


@pytest.mark.parametrize(
    ("points", "score"), (((5,), None), ((5, 4), Fraction(9, 2)), ((5, 4, 3), Fraction(4)))
)
def test_two_whole_sets_are_enough(points: tuple[int, ...], score: Fraction | None) -> None:
    assert _situational(points, Policy(missing_mark="mean_of_two")).score == score


def test_the_last_three_marks_count() -> None:
    assert _situational((5, 4, 3, 1), DEFAULT).score == 4
    assert _situational((5, 4, 3, 1), Policy(counted_marks="last_three")).score == Fraction(8, 3)
    assert _situational((5, 4), Policy(counted_marks="last_three")).reason == "MARK_MISSING"


def test_answers_of_the_helper() -> None:
    assert sum(row["chosen_option_code"] == "A" for row in answers(1, "text_test", 7)) == 7
