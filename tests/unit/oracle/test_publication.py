"""Publication by an act, restatement and drift, each at its boundary (`docs/rules.md`, "Publication")."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.oracle import RefusedError, next_list, run_oracle
from tests.oracle.cuts import OracleCutoff, OracleResult
from tests.oracle.order import STAGE, local
from tests.oracle.policy import Policy
from tests.oracle.publication import drift
from tests.oracle.reading import read_landing
from tests.oracle.season import OracleSeason
from tests.unit.oracle.builders import decision, land, reply, tables
from tests.unit.oracle.seasons import Feeds, Ledger, answers, candidate, merged, play, who

SECOND = timedelta(seconds=1)
PLANNED = STAGE["text_test"].published_at
#: Two hours after the planned moment.
ACTED = PLANNED + timedelta(hours=2)
AFTERWARDS = local(2025, 11, 1)


def _exclude(number: int, decided_at: datetime) -> dict[str, Any]:
    return decision("WG-1", who(number), "exclude", decided_at=decided_at, _received=decided_at)


def _ledger(*people: Feeds, up_to: str = "vetting", policy: Policy | None = None) -> Ledger:
    """Four people of one track with 20, 18, 18 and 15 right, unless others are given."""
    given = people or tuple(candidate(n, right, 10) for n, right in enumerate((20, 18, 18, 15), start=1))
    ledger = Ledger(*given, policy=policy or Policy())
    ledger.publish_up_to(up_to)
    return ledger


def _statuses(season: OracleSeason, stage: str = "text_test") -> dict[str, tuple[str, str]]:
    return {one: (result.status, result.reason) for one, result in season.at(stage).items()}


# --- version 1


def test_without_acts_nothing_is_official_by_an_act() -> None:
    season = play(candidate(1, 20))
    assert (season.versions, season.drift) == ({}, {})
    assert season.results == season.computed and season.cutoffs == season.computed_cutoffs


def test_version_one_says_what_was_computed() -> None:
    ledger = _ledger(up_to="text_test")
    season = ledger.season()
    provisional = play(*(candidate(n, right, 10) for n, right in enumerate((20, 18, 18, 15), start=1)))
    assert season.results == provisional.results
    assert season.cutoffs == provisional.cutoffs
    assert not season.drift
    assert season.versions == {"registration": 1, "vetting": 1, "text_test": 1}


def test_rows_of_a_list_with_a_tie_at_the_cut() -> None:
    first, second, _, last = _ledger().publish("text_test")
    assert first == {
        "season_code": "2025",
        "stage_code": "text_test",
        "version": 1,
        "candidate_no": who(1),
        "track_code": "digital",
        "status_code": "admitted",
        "reason_code": "WITHIN_LIMIT",
        "is_admitted": True,
        "is_in_pool": True,
        "is_late": False,
        "score_numerator": 20,
        "score_denominator": 1,
        "rank": 1,
        "is_at_cutoff": False,
        "decision_no": None,
        "count_pool": 4,
        "limit_places": 2,
        "cutoff_numerator": 18,
        "cutoff_denominator": 1,
        "is_shortfall": False,
    }
    assert (second["reason_code"], second["rank"], second["is_at_cutoff"]) == ("BY_TIE", 2, True)
    assert (last["reason_code"], last["rank"], last["is_admitted"]) == ("BELOW_CUTOFF", 4, False)


def test_a_list_without_a_cut() -> None:
    (row,) = next_list(tables(merged(candidate(1, 20))), "registration", local(2025, 7, 1))
    assert (row["status_code"], row["is_in_pool"], row["rank"]) == ("admitted", False, None)
    assert (row["count_pool"], row["limit_places"], row["is_shortfall"]) == (0, None, False)


def test_publication_is_the_moment_of_version_one() -> None:
    ledger = _ledger()
    ledger.publish("text_test", ACTED)
    assert ledger.season(ACTED - SECOND).moments["text_test"] == PLANNED, "till then provisional"
    assert ledger.season(ACTED).moments["text_test"] == ACTED
    assert STAGE["numeric_test"].published_at == ledger.season().moments["numeric_test"]


@pytest.mark.parametrize(
    ("decided_at", "status"),
    ((ACTED - SECOND, "excluded"), (ACTED, "excluded"), (ACTED + SECOND, "admitted")),
)
def test_exclusion_about_the_moment_of_the_act(decided_at: datetime, status: str) -> None:
    ledger = _ledger()
    ledger.add("agency__working_group_decisions", _exclude(1, decided_at))
    ledger.publish("text_test", ACTED)
    season = ledger.season()
    assert season.results["text_test", who(1)].status == status
    assert season.cutoffs["text_test", "digital"].pool == (4 if status == "admitted" else 3)
    assert not season.drift, "a stop after the list changes nothing at it"


@pytest.mark.parametrize(
    ("received", "status"), ((ACTED, "admitted"), (ACTED + SECOND, "AWAITS_RESTATEMENT"))
)
def test_result_about_the_moment_of_the_act(received: datetime, status: str) -> None:
    people = [candidate(n, right) for n, right in enumerate((20, 18, 15), start=1)]
    ledger = _ledger(*people, candidate(4, 25, _received=received))
    ledger.publish("text_test", ACTED)
    season = ledger.season()
    if status == "admitted":
        assert season.results["text_test", who(4)].status == "admitted" and not season.drift
        return
    assert _statuses(season)[who(4)] == ("not_publishable", "NO_RESULT"), "as the list says"
    assert season.computed["text_test", who(4)].reason == "SUPERNUMERARY"
    assert season.drift == {("text_test", who(4)): "status"}
    assert who(4) not in season.at("numeric_test")


def test_a_decision_between_the_plan_and_the_act_counts_for_vetting() -> None:
    one = candidate(1, 20)
    one["vetting__replies"] = [
        row | ({"result_code": "adverse"} if row["body_code"] == "MIA" else {})
        for row in one["vetting__replies"]
    ]
    planned = STAGE["vetting"].published_at
    kept = decision("WG-2", who(1), "keep", decided_at=planned + SECOND)
    one["agency__working_group_decisions"] = [kept]
    assert play(one).results["vetting", who(1)].reason == "VETTING_ADVERSE"
    ledger = _ledger(one, up_to="registration")
    ledger.publish("vetting", planned + 2 * SECOND)
    season = ledger.season()
    assert season.results["vetting", who(1)].reason == "VETTING_BY_DECISION"
    assert season.results["vetting", who(1)].decision_no == "WG-2"
    assert not season.drift


def test_an_act_needs_those_before_it() -> None:
    ledger = Ledger(candidate(1, 20), candidate(2, 18))
    row = {"candidate_no": who(1), "track_code": "digital", "status_code": "admitted"}
    ledger.act("text_test", ACTED, "published", 1, [row])
    season = ledger.season()
    assert not season.versions
    assert season.moments["text_test"] == PLANNED
    assert set(season.at("text_test")) == {who(1), who(2)}


def test_list_in_the_order_of_the_stages() -> None:
    ledger = _ledger(up_to="registration")
    with pytest.raises(RefusedError, match="before"):
        ledger.publish("text_test")


def test_list_not_before_its_planned_moment() -> None:
    ledger = _ledger()
    with pytest.raises(RefusedError, match="planned"):
        ledger.publish("text_test", PLANNED - SECOND)
    assert ledger.publish("text_test", PLANNED)


# --- restatement


def test_whole_restatement_until_the_freeze() -> None:
    ledger = _ledger(up_to="registration")
    frozen = local(2025, 8, 1)
    given = ledger.known(frozen)
    assert next_list(given, "registration", frozen - SECOND)[0]["version"] == 2
    with pytest.raises(RefusedError, match="begins"):
        next_list(given, "registration", frozen)
    assert next_list(given, "registration", frozen, freeze_hours=23)


def test_the_last_stage_is_never_frozen() -> None:
    ledger = _ledger(candidate(1, 20), up_to="national_commission")
    assert not ledger.publish("national_commission", local(2026, 1, 1))


def _corrected_key(received: datetime) -> dict[str, Any]:
    """The key of the text test's twentieth item was wrong: B is right."""
    return {
        "season_code": "2025",
        "stage_code": "text_test",
        "form_code": "F1",
        "item_no": 20,
        "correct_option_code": "B",
        "_received": received,
    }


def test_restated_as_a_whole() -> None:
    ledger = _ledger(up_to="text_test")
    at = PLANNED + timedelta(hours=5)
    ledger.add("agency__working_group_decisions", _exclude(2, PLANNED + SECOND))
    ledger.add("academy__answer_keys", _corrected_key(PLANNED + timedelta(hours=1)))
    before = ledger.season(at)
    assert before.drift == {
        ("text_test", who(1)): "status",
        ("text_test", who(2)): "score",
        ("text_test", who(3)): "score",
        ("text_test", who(4)): "score",
    }
    assert before.results["text_test", who(1)].score == 20
    assert before.cutoffs["text_test", "digital"].cutoff == 18
    rows = ledger.publish("text_test", at, freeze_hours=0)
    assert {row["version"] for row in rows} == {2}
    after = ledger.season(at)
    assert not after.drift
    assert after.versions["text_test"] == 2
    assert after.moments["text_test"] == PLANNED
    assert after.results["text_test", who(1)].score == 19
    assert after.cutoffs["text_test", "digital"].cutoff == 19
    assert after.results["text_test", who(2)].status == "admitted", "a stop after the list promotes nobody"
    assert after.results["numeric_test", who(2)].status == "excluded"
    earlier = ledger.season(at - SECOND)
    assert earlier.results["text_test", who(1)].score == 20, "the earlier version as of then"


# --- only late


def _with_late(*late: int, policy: Policy | None = None) -> Ledger:
    """20, 18, 15 and 12 in time, cut at 18, published at the planned moment; others come two hours later."""
    people = [candidate(n, right, 10) for n, right in enumerate((20, 18, 15, 12), start=1)]
    people += [candidate(n, right, 10, _received=ACTED) for n, right in enumerate(late, start=5)]
    return _ledger(*people, up_to="text_test", policy=policy)


def test_only_late_adds_who_reaches_the_cutoff() -> None:
    ledger = _with_late(18, 17)
    rows = {row["candidate_no"]: row for row in ledger.publish("text_test", ACTED, "only_late")}
    added = rows[who(5)]
    assert (added["status_code"], added["reason_code"]) == ("supernumerary", "SUPERNUMERARY")
    assert (added["is_admitted"], added["is_in_pool"], added["is_late"]) == (True, False, True)
    assert (added["rank"], added["count_pool"], added["cutoff_numerator"]) == (None, 4, 18)
    assert rows[who(6)]["reason_code"] == "NO_RESULT", "who does not reach it stays as listed"
    season = ledger.season()
    assert season.cutoffs["text_test", "digital"] == OracleCutoff(4, 2, Fraction(18), 2, 0, 1, False)
    assert season.drift == {("text_test", who(6)): "status"}
    assert who(5) in season.at("numeric_test") and who(6) not in season.at("numeric_test")


def test_only_late_before_the_result_changes_nothing() -> None:
    ledger = _with_late(18)
    before = ledger.season(ACTED - SECOND)
    rows = ledger.publish("text_test", ACTED - SECOND, "only_late")
    assert {row["version"] for row in rows} == {2}
    assert ledger.season(ACTED - SECOND).results == before.results


def test_only_late_at_any_moment_and_with_the_cutoff_in_force() -> None:
    ledger = _with_late(18, 19)
    ledger.add("academy__answer_keys", _corrected_key(ACTED))
    in_december = local(2025, 12, 1)
    rows = {row["candidate_no"]: row for row in ledger.publish("text_test", in_december, "only_late")}
    assert rows[who(1)]["score_numerator"] == 20, "the list in force, wrong as it may be"
    assert (rows[who(5)]["score_numerator"], rows[who(5)]["status_code"]) == (19, "supernumerary")
    assert rows[who(6)]["score_numerator"] == 20


def test_only_late_needs_a_list() -> None:
    with pytest.raises(RefusedError):
        _ledger().publish("text_test", ACTED, "only_late")
    with pytest.raises(ValueError, match="kind"):
        _ledger().publish("text_test", ACTED, "other")


def test_only_late_where_the_track_was_empty() -> None:
    people = [candidate(1, 20), candidate(2, 3, track="agro", _received=ACTED)]
    ledger = _ledger(*people, up_to="text_test")
    ledger.publish("text_test", ACTED, "only_late")
    assert ledger.season().results["text_test", who(2)].status == "supernumerary"


def test_two_restatements() -> None:
    later = ACTED + timedelta(days=20)
    people = [candidate(n, right, 10) for n, right in enumerate((20, 18, 15, 12), start=1)]
    people += [candidate(5, 18, 10, _received=ACTED), candidate(6, 25, 10, _received=later)]
    ledger = _ledger(*people, up_to="text_test")
    ledger.publish("text_test", ACTED, "only_late")
    ledger.publish("text_test", later, "only_late")
    season = ledger.season()
    assert season.versions["text_test"] == 3
    assert season.moments["text_test"] == PLANNED, "P is version 1's, whatever came after"
    assert ledger.season(later - SECOND).versions["text_test"] == 2
    assert {one for one, result in season.at("text_test").items() if result.status == "supernumerary"} == {
        who(5),
        who(6),
    }
    assert ledger.season(later - SECOND).results["text_test", who(6)].reason == "NO_RESULT"


def test_kept_makes_no_list() -> None:
    ledger = _with_late(17)
    before = ledger.season()
    assert before.drift == {("text_test", who(5)): "status"}
    ledger.act("text_test", ACTED + SECOND, "kept", 1)
    after = ledger.season()
    assert (after.results, after.versions, after.drift) == (before.results, before.versions, before.drift)


# --- entrants


def test_who_enters_after_the_list_awaits_a_restatement() -> None:
    ledger = _with_late(18)
    ledger.publish("numeric_test")
    at = STAGE["numeric_test"].published_at + timedelta(days=1)
    ledger.publish("text_test", at, "only_late")
    season = ledger.season()
    assert season.results["numeric_test", who(5)] == OracleResult("pending", "AWAITS_RESTATEMENT", "digital")
    assert season.computed["numeric_test", who(5)].status == "admitted", "known before the list of its stage"
    assert season.drift == {("numeric_test", who(5)): "entered"}
    assert set(season.at("situational")) == {who(1), who(2)}


def test_who_leaves_a_list_stays_on_the_next_until_it_is_restated() -> None:
    ledger = _with_late()
    ledger.publish("numeric_test")
    at = STAGE["numeric_test"].published_at + timedelta(days=1)
    listed = [
        row.values for row in ledger.known(at).rows("publication__lists") if row["stage_code"] == "text_test"
    ]
    without = [
        row
        | (
            {"status_code": "not_admitted", "reason_code": "BELOW_CUTOFF"}
            if row["candidate_no"] == who(2)
            else {}
        )
        for row in map(dict, listed)
    ]
    ledger.act("text_test", at, "restated", 2, without)
    season = ledger.season()
    assert season.results["numeric_test", who(2)].status == "admitted"
    assert who(2) not in season.computed_at("numeric_test")
    assert season.drift["numeric_test", who(2)] == "left"
    assert who(2) in season.at("situational")


# --- drift


def test_a_score_that_counts_for_nothing_does_not_drift() -> None:
    ledger = _ledger(candidate(1, 20), candidate(2, 18), up_to="vetting")
    ledger.add("agency__working_group_decisions", _exclude(1, PLANNED))
    ledger.publish("text_test")
    (row,) = [row for row in ledger.feeds["publication__lists"] if row["reason_code"] == "EXCLUDED"]
    row.update(score_numerator=20, score_denominator=1)
    season = ledger.season()
    assert season.results["text_test", who(1)].score is None
    assert not season.drift


def _result(
    status: str = "admitted", reason: str = "WITHIN_LIMIT", score: int = 5, rank: int = 1
) -> OracleResult:
    return OracleResult(status, reason, "agro", Fraction(score), rank)


@pytest.mark.parametrize(
    ("listed", "computed", "change"),
    (
        (None, _result(), "entered"),
        (_result(), None, "left"),
        (_result(), _result(status="excluded", score=4), "status"),
        (_result(), _result(reason="BY_TIE", rank=2), "status"),
        (_result(), _result(score=4, rank=2), "score"),
        (_result(), _result(rank=2), "rank"),
        (_result(), _result(), None),
    ),
)
def test_kinds_of_drift(
    listed: OracleResult | None, computed: OracleResult | None, change: str | None
) -> None:
    found = drift({} if listed is None else {"C": listed}, {} if computed is None else {"C": computed})
    assert found == ({} if change is None else {"C": change})


def test_drift_in_rank_alone() -> None:
    ledger = _ledger(
        *(candidate(n, right) for n, right in enumerate((19, 19, 15, 15), start=1)), up_to="text_test"
    )
    known = answers(1, "text_test", 20, _received=ACTED, _first=PLANNED)
    fixed = [row for row in known if row["item_no"] == 20]
    ledger.add("platform__answers", *fixed)
    assert ledger.season().drift == {("text_test", who(1)): "score", ("text_test", who(2)): "rank"}


def test_an_act_that_has_not_been_received_does_not_exist() -> None:
    ledger = _ledger(up_to="text_test")
    given = ledger.known(AFTERWARDS)
    season = ledger.season(PLANNED - SECOND)
    assert "text_test" not in season.versions
    assert given.rows("publication__acts")


# --- under another policy


def test_promoting_the_next_shows_as_drift() -> None:
    ledger = _ledger(up_to="text_test", policy=Policy(exclusion_after_list="promote_next"))
    ledger.add("agency__working_group_decisions", _exclude(1, ACTED))
    season = ledger.season()
    assert season.results["text_test", who(1)].status == "admitted", "official till it is restated"
    assert season.computed["text_test", who(1)].status == "excluded"
    assert season.drift["text_test", who(1)] == "status"


def test_ranking_again_leaves_nothing_to_add() -> None:
    ledger = _with_late(25, policy=Policy(late_result="rerank"))
    assert ledger.season().computed["text_test", who(5)].rank == 1
    ledger.publish("text_test", ACTED, "only_late")
    assert ledger.season().results["text_test", who(5)].status == "not_publishable"


# --- from files


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    written = [
        {
            name: value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
            for name, value in row.items()
            if name != "_received"
        }
        for row in rows
    ]
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(written), target)
    return target.getvalue()


def test_acts_and_lists_from_parquet(tmp_path: Path) -> None:
    ledger = _ledger(up_to="text_test")
    for act in ledger.feeds["publication__acts"]:
        number = act["act_no"]
        folder = act["acted_at"].strftime("%Y-%m-%dT%H%M%S")
        rows = [row for row in ledger.feeds["publication__lists"] if row["act_no"] == number]
        land(tmp_path, folder, f"publication__acts__{number:06d}.parquet", _parquet([act]))
        land(tmp_path, folder, f"publication__lists__{number:06d}.parquet", _parquet(rows))
    read = read_landing(tmp_path, AFTERWARDS, AFTERWARDS)
    given = ledger.known(AFTERWARDS)
    for feed in ("publication__acts", "publication__lists"):
        assert [row.values for row in read.rows(feed)] == [row.values for row in given.rows(feed)]
        assert [row.received_at for row in read.rows(feed)] == [row.received_at for row in given.rows(feed)]
    early = read_landing(tmp_path, PLANNED - SECOND, AFTERWARDS)
    assert len(early.rows("publication__acts")) == 2
    season = run_oracle(tmp_path, AFTERWARDS)
    assert season.at("text_test") == ledger.season().at("text_test")


def test_a_reply_of_nobody_changes_no_list() -> None:
    ledger = _ledger(up_to="text_test")
    ledger.add("vetting__replies", reply(who(99), "MIA", "adverse"))
    assert not ledger.season().drift
