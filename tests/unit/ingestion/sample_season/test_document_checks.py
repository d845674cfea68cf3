"""The Agency's checks of documents in the sample season: shares, moments, checkers, the cases by hand."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from ingestion.sample_season import write_season
from ingestion.sample_season.document_checks import FEED
from ingestion.sample_season.scenarios.checking import CASES, NAME, Case
from ingestion.sample_season.season import simulate
from tests.unit.ingestion.deliveries import judged


@cache
def _checks(scenarios: tuple[str, ...] | None = ()) -> pd.DataFrame:
    world = simulate(size=2000, seed=7, scenarios=scenarios)
    frames = [
        frame.assign(received=received)
        for (received, feed, _), delivery in world.outbox.files.items()
        if feed == FEED
        for frame in delivery.frames
    ]
    return pd.concat(frames, ignore_index=True)


def test_most_are_confirmed_some_are_not_and_some_are_checked_twice() -> None:
    checks = _checks()
    first = checks.sort_values(["checked_at", "check_no"]).drop_duplicates("document_id")
    shares = first["result_code"].value_counts(normalize=True)
    assert 0.90 < shares["confirmed"] < 0.94
    assert min(shares["unclear"], shares["rejected"]) > 0.02
    twice = checks.groupby("document_id")["checker_code"].agg(["size", "nunique"])
    assert 0.03 < (twice["size"] == 2).mean() < 0.07
    assert (twice["size"] == twice["nunique"]).all(), "a second check is somebody else's"


def test_who_did_not_send_in_a_whole_file_is_not_checked() -> None:
    world = simulate(size=2000, seed=7, scenarios=())
    people = world.people.set_index("candidate_no")["fate"]
    fates = set(people.loc[_checks()["candidate_no"]])
    assert not fates & {"draft", "no_documents", "no_consent"}
    documents = 3 * len(people[~people.isin(["draft", "no_documents", "no_consent"])])
    assert 0.92 < _checks()["document_id"].nunique() / documents < 0.96


def test_checks_are_made_in_office_hours_by_twelve_checkers_and_arrive_later() -> None:
    checks = _checks()
    moments = pd.to_datetime(checks["checked_at"])
    assert sorted(set(checks["checker_code"])) == [f"CH-{number:02d}" for number in range(1, 13)]
    assert moments.dt.day_of_week.max() == 4 and set(moments.dt.hour) == set(range(9, 18))
    assert moments.min() >= datetime(2025, 6, 2) and moments.max() < datetime(2025, 8, 1)
    assert not {"2025-06-06", "2025-07-07"} & set(moments.dt.strftime("%Y-%m-%d"))
    assert (moments <= pd.to_datetime(checks["received"])).all()


def test_a_remark_says_why_and_only_where_something_is_wrong() -> None:
    checks = _checks()
    assert checks["remark_code"].isna().equals(checks["result_code"].eq("confirmed"))


def test_a_day_is_read_only_where_none_is_printed() -> None:
    read = _checks()[_checks()["valid_until"].notna()]
    assert len(read) and read["result_code"].eq("confirmed").all()
    issued, ends = pd.to_datetime(read["issued_on"]), pd.to_datetime(read["valid_until"])
    assert (ends == issued + pd.DateOffset(years=2)).all()


def test_cases_leave_the_other_checks_as_they_were() -> None:
    messy = _checks((NAME,)).set_index("check_no")
    plain = _checks().set_index("check_no")
    columns = ["document_id", "checker_code", "checked_at", "result_code"]
    assert messy.loc[plain.index, columns].astype(str).equals(plain[columns].astype(str))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.role)
def test_a_case_has_its_checks_and_no_others(case: Case) -> None:
    world = simulate(size=2000, seed=7, scenarios=(NAME,))
    number = world.candidate_no[world.role(NAME, case.role)]
    checks = _checks((NAME,))
    own = checks[
        (checks["candidate_no"] == number) & (checks["document_type_code"] == "language_certificate")
    ]
    expected = [check for check in case.checks if check.get("candidate_no", number) == number]
    assert sorted(own["result_code"]) == sorted(check["result_code"] for check in expected)
    assert world.people.at[world.role(NAME, case.role), "passes_registration"] == case.counts


def test_the_door_takes_what_keeps_the_contract_and_nothing_else(tmp_path: Path) -> None:
    write_season(tmp_path, size=60, seed=3, scenarios=("broken_rows", NAME))
    for path in tmp_path.rglob(f"{FEED}*"):
        inspection = judged(path.name, path.read_bytes()).inspection
        failed = [check.check_name for check in inspection.checks if not check.is_passed]
        is_first = path.parent.name.startswith("2025-06-13")
        assert bool(failed) is is_first, path.parent.name
