"""Scenarios of attendance and the tests: ties, power cuts, a wrong key, absences, withdrawals, violations.

Belongs here: what happens to candidates who sit, or do not. Does not belong here: panels' marks (judging.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ingestion.sample_season.decisions import decide, exclude, withdraw
from ingestion.sample_season.documents import Filing
from ingestion.sample_season.panels import PanelRun, solution
from ingestion.sample_season.proctoring import Recording, signal_row
from ingestion.sample_season.rules import TEST_STAGES
from ingestion.sample_season.stage import Attempt, Entry, StageRun
from ingestion.sample_season.tests import OPTIONS, TestRun, answer_sheets, form_code
from ingestion.sample_season.vetting import Vetting
from ingestion.sample_season.world import Extra, Scenario, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COHORT_TRACK = "economy"
COHORT_SIZE = 118
COHORT_UP_TO = 3000
COHORT_TEXT_SCORE = 18
ABSENCE_RATES = {
    "text_test": 0.072,
    "numeric_test": 0.043,
    "situational": 0.028,
    "assessment_centre": 0.012,
    "interview": 0.008,
    "expert_commission": 0.006,
}
WITHDRAWAL_RATE = 0.0015
VIOLATION_RATE = 0.012


# --- ties -------------------------------------------------------------------------------------------------


def _cast_cohort(size: int) -> list[Extra]:
    """In a small season no track would fill its places: enough able people of one track to fill them all."""
    if size >= COHORT_UP_TO:
        return []
    values = {"track_code": COHORT_TRACK, "ability": 1.2}
    return [Extra(f"cohort_{number:03d}", values=values) for number in range(COHORT_SIZE)]


def _level_cohort(world: World, run: StageRun) -> None:
    if run.stage != "text_test" or not isinstance(run, TestRun):
        return
    for idx in world.roles("cutoff_ties"):
        attempt = run.attempts.get((idx, 1))
        if attempt is not None and idx not in world.used:
            run.set_score(attempt, COHORT_TEXT_SCORE)


def _tie(world: World, run: StageRun) -> None:
    """Give the next two behind the last place the result of the last within the limit."""
    for track in world.rules.tracks:
        ranked = run.ranked(track)
        limit = run.world.rules.limit(run.stage, track, len(ranked))
        if not 1 <= limit < len(ranked):
            continue
        donors = [i for i in ranked[:limit] if _is_plain(run, i)]
        followers = [i for i in ranked[limit:] if _is_plain(run, i)][:2]
        if not donors:
            continue
        for idx in followers:
            _copy_result(run, donors[-1], idx)
            world.note("cutoff_ties", f"{run.stage}_{track}", idx)


def _is_plain(run: StageRun, idx: int) -> bool:
    if isinstance(run, PanelRun):
        return run.is_regular(idx)
    return idx not in run.world.used and (idx, 2) not in run.attempts


def _copy_result(run: StageRun, donor: int, idx: int) -> None:
    if isinstance(run, TestRun):
        run.set_score(run.attempts[(idx, 1)], int(run.pool[donor]))
    if isinstance(run, PanelRun):
        given = [r for r in run.ratings[donor] if r.role_code != "observer"]
        taken = [r for r in run.ratings[idx] if r.role_code != "observer"]
        for source, target in zip(given, taken, strict=True):
            target.points = list(source.points)


# --- power cuts -------------------------------------------------------------------------------------------


def _claim(
    world: World,
    run: StageRun,
    attempt: Attempt,
    claimed_at: datetime,
    *,
    cause: str = "power_cut",
    has_certificate: bool = True,
    decision: str = "granted",
    pending_first: bool = False,
) -> None:
    """Write a claim for a resit, and first as still undecided where asked."""
    decided = claimed_at + 3 * HOUR
    number = world.candidate_no[attempt.idx]
    row = {
        "claim_id": f"CL-{world.streams.code('claim', run.stage, number, attempt.attempt_no)}",
        "candidate_no": number,
        "stage_code": run.stage,
        "sitting_id": run.sitting_id(attempt),
        "claimed_at": claimed_at,
        "cause_code": cause,
        "has_certificate": has_certificate,
        "decision_code": decision,
        "decided_at": decided,
    }
    _, ends = world.rules.window(run.stage)
    exports = [ends + 20 * HOUR, ends + 44 * HOUR]
    if pending_first:
        world.outbox.put(
            "platform__resit_claims", exports[0], [{**row, "decision_code": "pending", "decided_at": None}]
        )
        world.outbox.put("platform__resit_claims", exports[1], [row])
        return
    received = next(
        (moment for moment in exports if moment >= decided), decided.replace(minute=0, second=0) + 4 * HOUR
    )
    world.outbox.put("platform__resit_claims", received, [row])


def _disturb(run: StageRun, attempt: Attempt, ended_code: str = "power_cut") -> None:
    """End a sitting after a few minutes, with most items unanswered."""
    attempt.ended_code = ended_code
    attempt.finished_at = attempt.started_at + timedelta(minutes=8)
    if attempt.correct is not None:
        attempt.answered = 6
        attempt.correct[6:] = False


def _in_time(world: World, attempt: Attempt) -> datetime:
    return world.rules.claim_deadline(attempt.started_at.date()) - 12 * HOUR


def _resit_test(run: TestRun, idx: int, *, received: datetime, score: int = 14) -> Attempt:
    return run.add_resit(idx, received - 6 * HOUR, received, score)


def _cut_power_in_test(world: World, run: StageRun) -> None:
    """Cases of the tests; the numeric test has the first four only."""
    if not isinstance(run, TestRun):
        return
    cases = _TEST_CASES if run.stage == "text_test" else _TEST_CASES[:4]
    for case, count_each, play in cases:
        count = 1 + (world.size // 1500 if count_each else 0)
        for idx in world.pick("power_cut_resit", f"{run.stage}_{case}", run.sitters(), count):
            _disturb(run, run.attempts[(idx, 1)], "connection_lost" if case == "internet" else "power_cut")
            play(world, run, idx)


def _timely(world: World, run: TestRun, idx: int) -> None:
    _claim(world, run, run.attempts[(idx, 1)], _in_time(world, run.attempts[(idx, 1)]))
    _resit_test(run, idx, received=run.published - 38 * HOUR)
    run.counting[idx] = 2


def _late(world: World, run: TestRun, idx: int) -> None:
    """The resit's result arrives after the list; its score is set once the cut-off is known."""
    _claim(world, run, run.attempts[(idx, 1)], _in_time(world, run.attempts[(idx, 1)]))
    _resit_test(run, idx, received=run.published + 5 * HOUR)
    run.counting[idx] = 2


def _pending(world: World, run: TestRun, idx: int) -> None:
    _claim(world, run, run.attempts[(idx, 1)], _in_time(world, run.attempts[(idx, 1)]))
    run.counting[idx] = None


def _deadline(world: World, run: TestRun, idx: int) -> None:
    attempt = run.attempts[(idx, 1)]
    _claim(world, run, attempt, world.rules.claim_deadline(attempt.started_at.date()))
    _resit_test(run, idx, received=run.published - 38 * HOUR)
    run.counting[idx] = 2


def _late_claim(world: World, run: TestRun, idx: int) -> datetime:
    attempt = run.attempts[(idx, 1)]
    claimed = world.rules.claim_deadline(attempt.started_at.date()) + 10 * HOUR
    _claim(world, run, attempt, claimed)
    _resit_test(run, idx, received=run.published - 14 * HOUR)
    return claimed


def _late_claim_allowed(world: World, run: TestRun, idx: int) -> None:
    claimed = _late_claim(world, run, idx)
    decide(world, idx, claimed + 6 * HOUR, "allow_resit", "late_claim", stage=run.stage)
    run.counting[idx] = 2


def _late_claim_refused(world: World, run: TestRun, idx: int) -> None:
    _late_claim(world, run, idx)


def _internet(world: World, run: TestRun, idx: int) -> None:
    attempt = run.attempts[(idx, 1)]
    _claim(world, run, attempt, _in_time(world, attempt), cause="internet")
    _resit_test(run, idx, received=run.published - 38 * HOUR)


def _refused(world: World, run: TestRun, idx: int) -> None:
    attempt = run.attempts[(idx, 1)]
    _claim(world, run, attempt, _in_time(world, attempt), decision="refused")


def _uncertified(world: World, run: TestRun, idx: int) -> None:
    attempt = run.attempts[(idx, 1)]
    _claim(world, run, attempt, _in_time(world, attempt), has_certificate=False)
    _resit_test(run, idx, received=run.published - 38 * HOUR)


def _twice(world: World, run: TestRun, idx: int) -> None:
    """The power fails at the resit too; a third attempt counts."""
    _claim(world, run, run.attempts[(idx, 1)], _in_time(world, run.attempts[(idx, 1)]), pending_first=True)
    second = _resit_test(run, idx, received=run.published - 62 * HOUR)
    _disturb(run, second)
    _claim(world, run, second, second.started_at + 5 * HOUR)
    third = replace(second, attempt_no=3, ended_code="completed", answered=None)
    third.started_at = run.published - 20 * HOUR
    third.finished_at = third.started_at + timedelta(minutes=23)
    third.received = third.answers_received = run.published - 14 * HOUR
    third.correct = np.asarray(second.correct).copy()
    run.attempts[third.key] = third
    run.set_score(third, 15)
    run.counting[idx] = 3


_TEST_CASES: tuple[tuple[str, bool, Callable[[World, TestRun, int], None]], ...] = (
    ("late_reaches", False, _late),
    ("late_below", False, _late),
    ("in_time", True, _timely),
    ("pending", False, _pending),
    ("deadline_second", False, _deadline),
    ("late_claim_allowed", False, _late_claim_allowed),
    ("late_claim", False, _late_claim_refused),
    ("internet", False, _internet),
    ("refused", False, _refused),
    ("no_certificate", False, _uncertified),
    ("twice", False, _twice),
)


def _cut_power_in_panel(world: World, run: StageRun) -> None:
    """The situational task written again: once with marks before the list, twice after it."""
    if run.stage != "situational" or not isinstance(run, PanelRun):
        return
    _, ends = world.rules.window(run.stage)
    for case in ("in_time", "late_reaches", "late_below"):
        for idx in world.pick("power_cut_resit", f"{run.stage}_{case}", run.sitters()):
            first = run.attempts[(idx, 1)]
            _disturb(run, first)
            del run.works[first.key], run.ratings[idx]
            _claim(world, run, first, _in_time(world, first))
            starts = ends + (17 if case == "in_time" else 60) * HOUR
            again = Attempt(idx, 2, starts, starts + timedelta(minutes=44), starts + 3 * HOUR)
            again.language_code = first.language_code
            run.attempts[again.key] = again
            run.works[again.key] = solution(run, again)
            run.counting[idx] = 2
            for rating in run.rate(again):
                if case != "in_time":
                    rating.marked_at = run.published + 38 * HOUR
                    rating.received = run.published + 44 * HOUR
            world.not_before[idx] = run.published + 3 * DAY


def _resit(world: World, run: StageRun) -> None:
    _cut_power_in_test(world, run)
    _cut_power_in_panel(world, run)


def _score_late(world: World, run: StageRun) -> None:
    """Results that arrive after the list: at the cut-off, or just below it."""
    number_of = {number: i for i, number in enumerate(world.candidate_no)}
    for case, number in world.cases["power_cut_resit"]:
        idx = number_of[number]
        reaches = case == f"{run.stage}_late_reaches"
        if not (reaches or case == f"{run.stage}_late_below"):
            continue
        if isinstance(run, TestRun):
            cutoff = run.cutoffs[world.track[idx]]
            run.set_score(run.attempts[(idx, 2)], int(cutoff or 12) - (0 if reaches else 1))
        if isinstance(run, PanelRun):
            for rating in run.ratings[idx]:
                rating.points = [5 if reaches else 1] * len(rating.points)


# --- a wrong key ------------------------------------------------------------------------------------------

WRONG_ITEM = 17


def _wrong_option(run: TestRun, form: str) -> str:
    """The option that the first key names for the item."""
    return str(OPTIONS[(int(run.form_keys[form][WRONG_ITEM - 1]) + 1) % len(OPTIONS)])


def _spoil_key(world: World, payload: tuple[TestRun, list[dict[str, Any]]]) -> None:
    """The first key of one form names a wrong option; the corrected form comes the day after the list."""
    run, rows = payload
    if run.stage != "text_test":
        return
    form = form_code(run.stage, "kk", 1)
    right = [dict(row) for row in rows if row["form_code"] == form]
    corrected_at = run.published + 28 * HOUR
    world.outbox.put("academy__answer_keys", corrected_at, right, f"{run.stage}__corrected")
    for row in rows:
        if row["form_code"] == form and row["item_no"] == WRONG_ITEM:
            row["correct_option_code"] = _wrong_option(run, form)


def _by_first_key(run: TestRun) -> TestRun:
    """The stage as the first list had it, scored with the wrong key."""
    form = form_code(run.stage, "kk", 1)
    before = replace(run, pool=dict(run.pool), late={}, cutoffs={})
    attempts, chosen, _ = answer_sheets(run)
    for attempt, option in zip(attempts, chosen[:, WRONG_ITEM - 1].tolist(), strict=True):
        counts = run.counted_attempt(attempt.idx) is attempt and attempt.idx in before.pool
        if counts and attempt.form_code == form and attempt.correct is not None:
            before.pool[attempt.idx] += int(option == _wrong_option(run, form)) - int(
                attempt.correct[WRONG_ITEM - 1]
            )
    before.settle_cutoffs()
    return before


def _sit_by_wrong_key(world: World, run: StageRun) -> None:
    """Some who were on the first list only had already sat the numeric test when the key was corrected."""
    if run.stage != "text_test" or not isinstance(run, TestRun) or not run.attempts:
        return
    on_first = set(_by_first_key(run).admitted())
    on_final = set(world.admitted[run.stage])
    lost = on_first - on_final
    world.outsiders["numeric_test"] += world.pick(
        "wrong_answer_key", "sat_by_first_list", lost, 1 + len(lost) // 3
    )
    for idx in sorted(on_final & set(run.pool) - on_first):
        world.not_before[idx] = run.published + 28 * HOUR
        world.note("wrong_answer_key", "admitted_by_correction", idx)


# --- absences and withdrawals -----------------------------------------------------------------------------


def _stay_away(world: World, entry: Entry) -> None:
    """Some never come; at least one a stage, where anybody is free."""
    chance = world.draws.uniform(f"absent_{entry.stage}")
    present = [i for i in entry.entrants if i not in entry.absent]
    likely = [i for i in present if chance[i] < ABSENCE_RATES.get(entry.stage, 0) and i not in world.used]
    for idx in likely:
        world.note("absences", entry.stage, idx)
    entry.absent |= set(likely or world.pick("absences", entry.stage, present))


def _withdraw_while_filing(world: World, filing: Filing) -> None:
    people = world.people
    candidates = people.index[
        people["fate"].eq("ok")
        & people["block"].eq("base")
        & (people["submitted_at"] < pd.Timestamp("2025-06-25"))
    ]
    for idx in world.pick("withdrawals", "during_intake", candidates):
        withdraw(world, idx, datetime(2025, 6, 27, 11, 0))
        people.at[idx, "passes_registration"] = False


def _withdraw_while_vetted(world: World, vetting: Vetting) -> None:
    people = world.people
    candidates = people.index[
        people["fate"].eq("ok") & people["block"].eq("base") & people["passes_registration"]
    ]
    for idx in world.pick("withdrawals", "during_vetting", candidates, 1 + world.size // 1500):
        withdraw(world, idx, datetime(2025, 7, 15, 10, 30))
        people.at[idx, "passes_vetting"] = False


def _withdraw_before_list(world: World, run: StageRun) -> None:
    sitters = run.sitters()
    count = 1 + int(len(sitters) * WITHDRAWAL_RATE)
    for idx in world.pick("withdrawals", f"{run.stage}_before_list", sitters, count):
        withdraw(world, idx, run.published - 12 * HOUR)


def _withdraw_after_list(world: World, run: StageRun) -> None:
    admitted = world.admitted[run.stage]
    count = 1 + int(len(admitted) * WITHDRAWAL_RATE)
    for idx in world.pick("withdrawals", f"{run.stage}_after_list", admitted, count):
        withdraw(world, idx, run.published + 4 * HOUR)


# --- violations -------------------------------------------------------------------------------------------


def _find_violations(world: World, recording: Recording) -> None:
    """Both reviewers confirm some signals; the working group excludes most of them, reverses some."""
    run = recording.run
    sitters = [i for i in run.sitters() if not world.is_stopped(i, run.published)]
    cases = [
        ("excluded", 1 + int(len(sitters) * VIOLATION_RATE)),
        ("confirmed_undecided", 1),
        ("reversed_before_list", 1),
        ("excluded_after_list", 1),
        *([("reversed_after_list", 1)] if run.stage in TEST_STAGES else []),
    ]
    flagged = recording.flagged()
    for case, count in cases:
        label = f"{run.stage}_{case}"
        chosen = world.pick("proctoring_violations", label, [i for i in flagged if i in set(sitters)], count)
        if not chosen:
            chosen = world.pick("proctoring_violations", label, sitters)
        for idx in chosen:
            _confirm(world, recording, idx)
            _decide_violation(world, run, idx, case)


def _confirm(world: World, recording: Recording, idx: int) -> None:
    run = recording.run
    recording.confirmed.add(idx)
    if not any(signal["idx"] == idx for signal in recording.signals):
        attempt = run.attempts[(idx, 1)]
        rng = world.streams.rng("violation", run.stage, world.candidate_no[idx])
        recording.signals.append(signal_row(run, attempt, 9, rng, "phone"))


def _decide_violation(world: World, run: StageRun, idx: int, case: str) -> None:
    at = run.published - 16 * HOUR
    reversed_at = {"reversed_before_list": at + 7 * HOUR, "reversed_after_list": run.published + 4 * DAY}
    if case == "confirmed_undecided":
        return
    if case == "excluded_after_list":
        at = run.published + 2 * DAY
    exclude(world, idx, at, "proctoring_violation", stage=run.stage, reversed_at=reversed_at.get(case))


SCENARIOS = (
    Scenario(
        "cutoff_ties",
        "At every cut-off with more candidates than places, equal results straddle the last place.",
        "A3, A4",
        {"sat": _level_cohort, "pooled": _tie},
        _cast_cohort,
    ),
    Scenario(
        "power_cut_resit",
        "Power cuts with resits in time, after the list, pending, claimed too late, refused or not a ground.",
        "Order §5.7, A13–A17",
        {"sat": _resit, "cut": _score_late},
    ),
    Scenario(
        "wrong_answer_key",
        "An answer key of one form is wrong at publication and corrected the day after.",
        "Order §5.5, A49",
        {"keyed": _spoil_key, "published": _sit_by_wrong_key},
    ),
    Scenario(
        "absences",
        "Candidates who are entitled to a stage do not come.",
        "A18",
        {"before_stage": _stay_away},
    ),
    Scenario(
        "withdrawals",
        "Candidates withdraw before and after the list of each stage.",
        "A41",
        {
            "filing": _withdraw_while_filing,
            "vetting": _withdraw_while_vetted,
            "sat": _withdraw_before_list,
            "published": _withdraw_after_list,
        },
    ),
    Scenario(
        "proctoring_violations",
        "Reviewers confirm violations; the working group excludes before or after the list, reverses some.",
        "Order §5.1, A10, A11, A28, A29",
        {"proctored": _find_violations},
    ),
)
