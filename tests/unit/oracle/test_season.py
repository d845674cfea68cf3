"""The cut, and a small season from files to the Reserve (Order §3, §9, A1–A13)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import OracleCutoff, OracleResult, OracleSeason, run_oracle
from tests.oracle.cuts import cut, limit_of
from tests.oracle.order import BODIES, CRITERIA, PLACES, STAGE, STAGES, TRACKS, local
from tests.oracle.season import compute
from tests.unit.oracle.builders import (
    claim,
    csv_of,
    decision,
    documents,
    job,
    jsonl_of,
    land,
    registration,
    sitting,
    tables,
)

SECOND = timedelta(seconds=1)


def _scores(*points: int) -> dict[str, Fraction]:
    return {f"C{number}": Fraction(value) for number, value in enumerate(points)}


def _cut(
    limit: int, *points: int, late: dict[str, Fraction] | None = None
) -> tuple[dict[str, OracleResult], OracleCutoff]:
    return cut(_scores(*points), late or {}, limit, "agro")


def test_places_sum_to_the_order() -> None:
    totals = {stage: sum(places.values()) for stage, places in PLACES.items()}
    assert list(totals.values()) == [600, 300, 200, 150, 100, 50]


@pytest.mark.parametrize(("pool", "limit"), ((0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (101, 51)))
def test_half_is_rounded_up(pool: int, limit: int) -> None:
    assert limit_of("text_test", "agro", pool) == limit


def test_competition_ranks() -> None:
    shown, _ = _cut(5, 20, 18, 18, 18, 15)
    assert [shown[f"C{number}"].rank for number in range(5)] == [1, 2, 2, 2, 5]


def test_ties_at_the_cut_extend() -> None:
    shown, cutoff = _cut(2, 20, 18, 18, 15)
    assert cutoff == OracleCutoff(4, 2, Fraction(18), 3, 2, 0, False)
    assert [shown[f"C{number}"].reason for number in range(4)] == [
        "WITHIN_LIMIT",
        "BY_TIE",
        "BY_TIE",
        "BELOW_CUTOFF",
    ]
    assert shown["C3"].status == "not_admitted"


def test_ties_that_fit_are_no_ties() -> None:
    shown, cutoff = _cut(3, 20, 18, 18, 15)
    assert (cutoff.admitted, cutoff.by_tie) == (3, 0)
    assert {shown[f"C{number}"].reason for number in range(3)} == {"WITHIN_LIMIT"}


def test_all_equal() -> None:
    shown, cutoff = _cut(1, 7, 7, 7)
    assert cutoff == OracleCutoff(3, 1, Fraction(7), 3, 3, 0, False)
    assert {result.rank for result in shown.values()} == {1}


def test_exact_fractions_do_not_tie() -> None:
    near = {"A": Fraction(13, 3), "B": Fraction(433, 100)}
    shown, cutoff = cut(near, {}, 1, "agro")
    assert (cutoff.admitted, shown["A"].reason, shown["B"].reason) == (1, "WITHIN_LIMIT", "BELOW_CUTOFF")


def test_shortfall() -> None:
    shown, cutoff = _cut(3, 20, 0)
    assert cutoff == OracleCutoff(2, 3, None, 2, 0, 0, True)
    assert {result.reason for result in shown.values()} == {"SHORTFALL"}
    _, full = _cut(2, 20, 0)
    assert (full.is_shortfall, full.cutoff) == (False, Fraction(0)), "as many as places is no shortfall"


def test_limit_zero() -> None:
    shown, cutoff = _cut(0, 20, late={"L": Fraction(25)})
    assert cutoff == OracleCutoff(1, 0, None, 0, 0, 0, False)
    assert (shown["C0"].reason, shown["L"].reason) == ("BELOW_CUTOFF", "LATE_BELOW_CUTOFF")


def test_an_empty_pool_of_a_share_lets_a_late_result_through() -> None:
    shown, cutoff = cut({}, {"L": Fraction(3)}, 0, "agro", is_share=True)
    assert cutoff == OracleCutoff(0, 0, None, 0, 0, 1, True)
    assert shown["L"].status == "supernumerary"


def test_a_track_without_places_lets_nobody_through() -> None:
    shown, cutoff = _cut(0, late={"L": Fraction(3)})
    assert cutoff == OracleCutoff(0, 0, None, 0, 0, 0, False)
    assert shown["L"].reason == "LATE_BELOW_CUTOFF"


def test_late_results_displace_nobody() -> None:
    late = {"good": Fraction(25), "equal": Fraction(18), "below": Fraction(17)}
    shown, cutoff = _cut(2, 20, 18, 17, late=late)
    assert cutoff == OracleCutoff(3, 2, Fraction(18), 2, 0, 2, False)
    assert shown["good"] == OracleResult("supernumerary", "SUPERNUMERARY", "agro", Fraction(25))
    assert shown["equal"].status == "supernumerary"
    assert shown["below"] == OracleResult("not_admitted", "LATE_BELOW_CUTOFF", "agro", Fraction(17))
    assert shown["C1"].rank == 2


def test_late_results_in_a_shortfall_go_on() -> None:
    shown, cutoff = _cut(2, 20, late={"L": Fraction(0)})
    assert (shown["L"].status, cutoff.supernumerary, cutoff.pool) == ("supernumerary", 1, 1)


# --- a small season

KEY = [
    {
        "season_code": "2025",
        "stage_code": stage,
        "form_code": "F1",
        "item_no": item,
        "correct_option_code": "A",
    }
    for stage in ("text_test", "numeric_test")
    for item in range(1, 4)
]


def _answers(sat: dict[str, Any], right: int) -> list[dict[str, Any]]:
    return [
        {
            "sitting_id": sat["sitting_id"],
            "item_no": item,
            "chosen_option_code": "A" if item <= right else "B",
        }
        for item in range(1, 4)
    ]


def _candidate(number: int, text_right: int, track: str = "digital") -> dict[str, list[dict[str, Any]]]:
    """Everything about one synthetic candidate who sits both tests; no panels, no commission."""
    who = f"R25-{number:06d}"
    iin = ("920615400001", "920615300005", "900515350024", "850203450012")[number - 1]
    text, numeric = sitting(who, "text_test"), sitting(who, "numeric_test", started_at=local(2025, 8, 9, 10))
    numeric["finished_at"] = local(2025, 8, 9, 11)
    lists = [(f"{body.code}-2025-03", body.code) for body in BODIES]
    return {
        "platform__registrations": [registration(who, iin=iin, birth_on=date(1992, 6, 15), track_code=track)],
        "platform__documents": documents(who),
        "platform__employment_periods": [job(who)],
        "agency__vetting_requests": [
            {"list_no": list_no, "body_code": body, "candidate_no": who, "sent_on": date(2025, 6, 16)}
            for list_no, body in lists
        ],
        "vetting__replies": [
            {"reply_no": f"{body}-1", "list_no": list_no, "body_code": body, "candidate_no": who}
            | {"replied_on": date(2025, 6, 20), "result_code": "clear", "_received": local(2025, 6, 20, 18)}
            for list_no, body in lists
        ],
        "platform__sittings": [text, numeric],
        "platform__answers": _answers(text, text_right) + _answers(numeric, 1),
    }


def _season(
    *candidates: dict[str, list[dict[str, Any]]],
    as_of: datetime = local(2025, 11, 1),
    **more: list[dict[str, Any]],
) -> OracleSeason:
    feeds: dict[str, list[dict[str, Any]]] = {"academy__answer_keys": list(KEY)}
    for given in (*candidates, more):
        for feed, rows in given.items():
            feeds.setdefault(feed, []).extend(rows)
    return compute(tables(feeds), as_of)


def _show(season: OracleSeason, stage: str) -> dict[str, tuple[str, str]]:
    return {who: (r.status, r.reason) for (code, who), r in season.results.items() if code == stage}


FOUR = [_candidate(1, 3), _candidate(2, 2), _candidate(3, 2), _candidate(4, 1, track="agro")]


def test_the_walk_through_two_tests() -> None:
    season = _season(*FOUR)
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(3, 2, Fraction(2), 3, 2, 0, False)
    assert season.cutoffs["text_test", "agro"] == OracleCutoff(1, 1, Fraction(1), 1, 0, 0, False)
    assert season.cutoffs["text_test", "social"] == OracleCutoff(0, 0, None, 0, 0, 0, True)
    assert season.cutoffs["numeric_test", "digital"] == OracleCutoff(3, 100, None, 3, 0, 0, True)
    assert set(_show(season, "situational").values()) == {("absent", "ABSENT")}
    assert not _show(season, "assessment_centre")
    assert set(season.cutoffs) == {
        (s.code, t) for s in STAGES if s.admits_by not in ("pass",) for t in TRACKS
    }


def test_nothing_is_known_of_a_stage_before_its_list() -> None:
    before = _season(*FOUR, as_of=STAGE["text_test"].published_at - SECOND)
    assert set(_show(before, "text_test").values()) == {("pending", "STAGE_NOT_PUBLISHED")}
    assert not _show(before, "numeric_test") and not before.cutoffs
    at = _season(*FOUR, as_of=STAGE["text_test"].published_at)
    assert {status for status, _ in _show(at, "text_test").values()} == {"admitted"}
    assert set(_show(at, "numeric_test").values()) == {("pending", "STAGE_NOT_PUBLISHED")}


def test_stop_before_and_after_the_list() -> None:
    published = STAGE["text_test"].published_at
    who = "R25-000001"
    stop = decision("WG-1", who, "exclude", decided_at=published)
    before = _season(*FOUR, agency__working_group_decisions=[stop])
    assert before.results["text_test", who] == OracleResult(
        "excluded", "EXCLUDED", "digital", decision_no="WG-1"
    )
    assert before.cutoffs["text_test", "digital"].pool == 2
    after = _season(*FOUR, agency__working_group_decisions=[stop | {"decided_at": published + SECOND}])
    assert after.results["text_test", who].status == "admitted"
    assert after.results["numeric_test", who].status == "excluded"
    assert after.cutoffs["numeric_test", "digital"].pool == 2


def test_stop_before_an_unpublished_list_shows_at_once() -> None:
    withdrawal = {"withdrawal_id": "W", "candidate_no": "R25-000001", "withdrawn_at": local(2025, 8, 5)}
    season = _season(*FOUR, as_of=local(2025, 8, 5), platform__withdrawals=[withdrawal])
    assert season.results["text_test", "R25-000001"].status == "withdrawn"
    assert season.results["vetting", "R25-000001"].status == "admitted"


def test_result_received_after_the_list() -> None:
    late = _candidate(2, 3)
    published = STAGE["text_test"].published_at
    for row in late["platform__answers"]:
        row["_received"] = published
    assert _season(_candidate(1, 3), late).cutoffs["text_test", "digital"].pool == 2, "at the moment: in time"
    for row in late["platform__answers"][:3]:
        row["_received"] = published + SECOND
    season = _season(_candidate(1, 2), late, _candidate(3, 1))
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(2, 1, Fraction(2), 1, 0, 1, False)
    assert season.results["text_test", "R25-000002"].reason == "SUPERNUMERARY"
    assert ("numeric_test", "R25-000002") in season.results


def test_pending_resit_leaves_the_pool() -> None:
    one = _candidate(1, 3)
    season = _season(one, _candidate(2, 1), platform__resit_claims=[claim(one["platform__sittings"][0])])
    assert _show(season, "text_test")["R25-000001"] == ("pending_resit", "PENDING_RESIT")
    assert season.cutoffs["text_test", "digital"].pool == 1


def _through_to_the_commission(number: int) -> dict[str, list[dict[str, Any]]]:
    given = _candidate(number, 3)
    who = f"R25-{number:06d}"
    stages = ("situational", "assessment_centre", "interview", "expert_commission")
    given["platform__sittings"] += [sitting(who, stage) for stage in stages]
    work = f"W{number}"
    given["platform__solutions"] = [
        {"work_no": work, "candidate_no": who, "sitting_id": f"{who}-situational-1"}
    ]
    given["platform__expert_marks"] = [
        {"work_no": work, "expert_code": expert, "criterion_code": criterion, "points": 4}
        | {"marked_at": local(2025, 8, 18)}
        for expert in ("E1", "E2", "E3")
        for criterion in CRITERIA["situational"]
    ]
    for feed, rater, stage in (
        ("academy__assessor_marks", "assessor_code", "assessment_centre"),
        ("academy__interview_marks", "interviewer_code", "interview"),
    ):
        given[feed] = [
            {"candidate_no": who, rater: code, "competency_code": criterion, "is_recused": False, "points": 3}
            for code in ("A1", "A2")
            for criterion in CRITERIA[stage]
        ]
    given["agency__commission_marks"] = [
        {
            "candidate_no": who,
            "member_code": f"M{member}",
            "role_code": "permanent",
            "is_recused": False,
            "points": 9,
        }
        for member in range(5)
    ]
    return given


def _national(number: int, code: str, decision_no: str = "NC-1", hour: int = 10) -> dict[str, Any]:
    decided_at = local(2025, 10, 24, hour)
    who = f"R25-{number:06d}"
    return {"decision_no": decision_no, "candidate_no": who, "decided_at": decided_at, "decision_code": code}


def test_the_national_commission_decides() -> None:
    revision = {"season_code": "2025", "decision_no": "Q-1", "track_code": "digital", "places": 10}
    revisions = [
        revision | {"decided_at": local(2025, 10, 24)},
        revision | {"decision_no": "Q-2", "places": 8, "decided_at": local(2025, 10, 24)},
        revision | {"decision_no": "Q-3", "places": 3, "decided_at": local(2025, 10, 23)},
    ]
    decisions = [_national(1, "enrol"), _national(2, "enrol"), _national(2, "decline", "NC-2", 11)]
    season = _season(
        *(_through_to_the_commission(number) for number in (1, 2, 3)),
        agency__national_decisions=decisions,
        agency__quota_revisions=revisions,
    )
    assert season.results["expert_commission", "R25-000001"] == OracleResult(
        "admitted", "SHORTFALL", "digital", Fraction(9), 1
    )
    assert season.results["national_commission", "R25-000001"] == OracleResult(
        "admitted", "ENROLLED", "digital", decision_no="NC-1"
    )
    assert season.results["national_commission", "R25-000002"] == OracleResult(
        "not_admitted", "NOT_ENROLLED", "digital", decision_no="NC-2"
    )
    assert _show(season, "national_commission")["R25-000003"] == ("pending", "DECISION_PENDING")
    assert season.cutoffs["national_commission", "digital"] == OracleCutoff(2, 8, None, 1, 0, 0, False)


@pytest.mark.parametrize(
    ("more", "shown"),
    (
        ({"override_by": "Chair", "override_reason": "resolved"}, ("admitted", "ENROLLED_BY_OVERRIDE")),
        ({"override_by": "Chair"}, None),
        ({"override_reason": "resolved"}, None),
        ({"override_by": "Chair", "override_reason": "resolved", "decision_code": "decline"}, None),
    ),
)
def test_an_override_takes_somebody_from_outside_the_list(
    more: dict[str, str], shown: tuple[str, str] | None
) -> None:
    outside = {"platform__registrations": [registration("R25-000009", iin=f"{9:012d}", track_code="agro")]}
    decisions = [_national(1, "enrol") | more, _national(9, "enrol") | more, _national(8, "enrol") | more]
    season = _season(_through_to_the_commission(1), outside, agency__national_decisions=decisions)
    assert season.results["registration", "R25-000009"].status == "not_admitted"
    found = season.results.get(("national_commission", "R25-000009"))
    assert (found and (found.status, found.reason)) == shown
    assert ("national_commission", "R25-000008") not in season.results, "nobody has that number"
    proposed = season.results["national_commission", "R25-000001"].reason
    assert proposed == ("NOT_ENROLLED" if "decision_code" in more else "ENROLLED"), (
        "an override changes nothing"
    )
    if shown:
        withdrawn = {"withdrawal_id": "W1", "candidate_no": "R25-000009", "withdrawn_at": local(2025, 9, 1)}
        stopped = _season(
            _through_to_the_commission(1), outside,
            agency__national_decisions=decisions, platform__withdrawals=[withdrawn],
        )  # fmt: skip
        assert stopped.results["national_commission", "R25-000009"].status == "withdrawn"


def test_from_files(tmp_path: Path) -> None:
    given: dict[str, list[dict[str, Any]]] = {"academy__answer_keys": list(KEY)}
    for candidate in FOUR:
        for feed, rows in candidate.items():
            given.setdefault(feed, []).extend(rows)
    for feed, rows in given.items():
        is_json = feed in ("platform__registrations", "platform__documents")
        content = jsonl_of(rows) if is_json else csv_of(feed, rows)
        land(tmp_path, "2025-07-31T120000", f"{feed}.{'jsonl' if is_json else 'csv'}", content)
    from_files = run_oracle(tmp_path, local(2025, 11, 1))
    from_rows = _season(*FOUR)
    assert from_files == from_rows


def test_clock_needs_a_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        run_oracle(tmp_path, datetime(2025, 11, 1))


def test_nothing_landed(tmp_path: Path) -> None:
    assert not run_oracle(tmp_path, local(2025, 11, 1)).results
