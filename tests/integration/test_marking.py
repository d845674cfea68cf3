"""Who owes which marks, which works are flagged, which cases are not those drawn: warehouse against oracle.

Here: random seasons in which marks are missing, sets are begun and not finished, works change hands and cases
are mixed up, as of several moments. Not here: the acts themselves (`test_assignment.py`).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from ingestion.sample_season import write_season
from tests.oracle import run_oracle
from tests.oracle.marking import OracleMarking, run_marking_oracle
from tests.oracle.order import local
from tests.support.season import AFTER_THE_SEASON, CompiledProject, TestSeason, open_season
from tests.unit.oracle.builders import csv_of, land

STAGE = "situational"
PANELS = (STAGE, "assessment_centre", "interview", "expert_commission")
DRAWN_AT, GIVEN_AT, REASSIGNED_AT = local(2025, 8, 16, 7), local(2025, 8, 17, 23), local(2025, 8, 19, 12)
MOMENTS = (local(2025, 8, 18, 1), local(2025, 8, 20, 9), AFTER_THE_SEASON)
Rows = list[dict[str, str]]


def read(file: Path) -> Rows:
    return list(csv.DictReader(io.StringIO(file.read_text(), newline="")))


def write(file: Path, rows: Rows) -> None:
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def spoil(landing: Path, seed: int) -> None:
    """Take marks away, put some of strangers in, and lay seats and drawn cases beside them."""
    chance = Random(seed)
    files = sorted(landing.glob("*/platform__expert_marks*.csv"))
    raters: dict[str, set[str]] = defaultdict(set)
    for file in files:
        for row in read(file):
            raters[row["work_no"]].add(row["expert_code"])
    fate = {
        (work, expert): chance.choices(("kept", "gone", "begun", "stranger"), (80, 8, 6, 6))[0]
        for work in sorted(raters)
        for expert in sorted(raters[work])
    }
    for file in files:
        kept = []
        for row in read(file):
            what = fate[row["work_no"], row["expert_code"]]
            if what == "gone" or (what == "begun" and row["criterion_code"] != "feasibility"):
                continue
            if what == "stranger":
                row["expert_code"] = "EX-STR-01"
            row["points"] = str(chance.choice((1, 5))) if chance.random() < 0.05 else row["points"]
            kept.append(row)
        write(file, kept)
    given = {key for key in fate if chance.random() < 0.95}
    lay_seats(landing, 1, given, GIVEN_AT)
    moved = {(work, "EX-NEW-01" if chance.random() < 0.1 else expert) for work, expert in given}
    lay_seats(landing, 2, moved, REASSIGNED_AT)
    lay_cases(landing, chance)


def lay_seats(landing: Path, number: int, seats: set[tuple[str, str]], at: datetime) -> None:
    rows = [
        {"season_code": "2025", "stage_code": STAGE, "assignment_no": number, "work_no": work,
         "expert_code": expert, "given_in_no": number, "given_at": at}
        for work, expert in sorted(seats)
    ]  # fmt: skip
    land(landing, f"{at:%Y-%m-%dT%H%M%S}", f"assignment__seats__{number:04d}.csv",
         csv_of("assignment__seats", rows))  # fmt: skip


def lay_cases(landing: Path, chance: Random) -> None:
    [file] = landing.glob("*/platform__case_assignments.csv")
    rows = []
    for row in read(file):
        case = chance.choices((row["case_code"], "CASE-OTHER", None), (90, 5, 5))[0]
        if case is not None:
            rows.append({"season_code": "2025", "stage_code": STAGE, "candidate_no": row["candidate_no"],
                         "case_code": case, "draw_no": 1, "dealt_at": DRAWN_AT})  # fmt: skip
    rows.append({**rows[0], "candidate_no": "R25-999998", "case_code": "CASE-SOC-1"})
    name = "assignment__drawn_cases__0001.csv"
    land(landing, f"{DRAWN_AT:%Y-%m-%dT%H%M%S}", name, csv_of("assignment__drawn_cases", rows))
    write(file, [row for row in read(file) if chance.random() < 0.97])


def warehouse(season: TestSeason) -> OracleMarking:
    """The three lists as the warehouse has them."""
    owed = season.query(
        "select stage_code, candidate_no, rater_code, owed_mark_code, count_raters, count_marks"
        " from reporting.rpt_marks_owed"
    )
    works = season.query(
        "select work_no, candidate_no, is_disagreement, is_over_words, is_over_time, count_outsiders"
        " from reporting.rpt_marked_works"
    )
    cases = season.query(
        "select candidate_no, drawn_case_code, assigned_case_code, solved_case_code, case_difference_code"
        " from reporting.rpt_case_differences"
    )
    for rows in (owed, works, cases):
        assert len(set(rows)) == len(rows)
    return OracleMarking(set(owed), set(works), set(cases))


def means_of_criteria(season: TestSeason) -> dict[tuple[str, str], Fraction]:
    """The score that the points of the criteria give, by stage and candidate."""
    found: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for stage, who, total, count in season.query(
        "select stage_code, candidate_no, criterion_points_sum, count_rated"
        " from reporting.rpt_criterion_points"
    ):
        found[stage, who].append(Fraction(total, count))
    return {key: sum(means, Fraction(0)) / len(means) for key, means in found.items()}


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 8))])
def test_every_line_is_as_the_oracle_says(
    compiled_project: CompiledProject, tmp_path: Path, seed: int
) -> None:
    write_season(tmp_path / "landing", size=300, seed=seed)
    spoil(tmp_path / "landing", seed)
    season = open_season(compiled_project, tmp_path / "home", tmp_path / "landing")
    season.land()
    for moment in MOMENTS:
        season.build(moment)
        oracle = run_marking_oracle(tmp_path / "landing", moment, AFTER_THE_SEASON)
        found = warehouse(season)
        assert sorted(found.owed ^ oracle.owed, key=str) == []
        assert sorted(found.works ^ oracle.works, key=str) == []
        assert sorted(found.cases ^ oracle.cases, key=str) == []
    scores = {
        key: result.score
        for key, result in run_oracle(tmp_path / "landing", moment, AFTER_THE_SEASON).results.items()
        if key[0] in PANELS and result.score is not None
    }
    means = means_of_criteria(season)
    assert scores and scores == {key: means.get(key) for key in scores}
    assert {line[3] for line in oracle.owed} == {"not_begun", "incomplete", "nobody"}
    assert {line[4] for line in oracle.cases} == {
        "not_drawn", "solved_another", "given_another", "given_none"
    }  # fmt: skip
    assert {line[2] for line in oracle.works} == {True, False}
    assert {bool(line[5]) for line in oracle.works} == {True, False}
