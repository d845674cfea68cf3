"""A second season made of seed rows alone: 2024, with three tracks, four stages and policies of its own.

What belongs here: its rows in a copy of the dbt project, the files of its thirteen candidates. What does not:
what comes out (tests/integration/test_seasons_side_by_side.py works that out by hand).
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingestion.contracts import load_contract
from ingestion.contracts.examples import example_rows, written
from ingestion.sample_season.people import make_iin
from tests.support.season import PROJECT

SEASON, OTHER = "2024", "2025"
TRACKS = ("social", "economy", "digital")
RECEIVED = "2024-06-20T100000"
POLICY = {
    "share_rounding": "floor",
    "ties_at_late_cut": "leave_out",
    "age_limit_years": "30",
    "national_commission_hard_stop_on": "2024-07-22",
}
# Without vetting, and without these rules: nobody hands in employment periods or has a certificate read.
RULES_LEFT_OUT = ("EXPERIENCE", "LANGUAGE")
STAGES: Mapping[str, dict[str, str]] = {
    "registration": {"stage_order": "1"},
    "text_test": {"stage_order": "2", "share_numerator": "2", "share_denominator": "3"},
    "interview": {"stage_order": "3", "limit_total": "5"},
    "national_commission": {"stage_order": "4", "limit_total": "3"},
}
PLACES = {
    "interview": {"social": "2", "economy": "1", "digital": "2"},
    "national_commission": {"social": "1", "economy": "1", "digital": "1"},
}
CALENDAR = (
    ("registration", "intake", "2024-06-01 00:00:00", "2024-06-15 00:00:00"),
    ("registration", "published", "2024-06-15 00:00:00", ""),
    ("text_test", "sitting", "2024-06-16 00:00:00", "2024-06-18 00:00:00"),
    ("text_test", "published", "2024-07-05 09:00:00", ""),
    ("interview", "sitting", "2024-07-08 00:00:00", "2024-07-11 00:00:00"),
    ("interview", "published", "2024-07-15 09:00:00", ""),
    ("national_commission", "sitting", "2024-07-20 00:00:00", "2024-07-23 00:00:00"),
    ("national_commission", "published", "2024-07-25 09:00:00", ""),
)

# number: track, right answers of three (None: did not come), marks of two interviewers for two criteria
CANDIDATES: Mapping[int, tuple[str, int | None, tuple[int, ...]]] = {
    1: ("social", 3, (4, 4, 4, 4)),
    2: ("social", 2, (3, 3, 3, 3)),
    3: ("social", 2, (2, 4, 3, 3)),
    4: ("social", 1, ()),
    5: ("social", 3, ()),
    6: ("economy", 3, (5, 4, 4, 5)),
    7: ("economy", 2, (4, 4, 4, 4)),
    8: ("economy", 1, ()),
    9: ("digital", 3, (1, 2, 1, 1)),
    10: ("digital", 2, ()),
    11: ("digital", None, ()),
    12: ("economy", None, ()),
    13: ("economy", None, ()),
}
EXCLUDED, WITHOUT_CONSENT, TOO_OLD = 5, 12, 13
DECISIONS = {1: "enrol", 6: "decline"}


def number_of(candidate: int) -> str:
    """The candidate number of one of the thirteen."""
    return f"R24-{candidate:06}"


def copy_project(folder: Path) -> Path:
    """The dbt project with the second season's rows appended to its seeds, and nothing else changed."""
    project = folder / "dbt_project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    seeds = project / "seeds"
    first = {name: _rows(seeds, name) for name in ("stages", "tracks", "policy", "eligibility_rules")}
    scoring, criteria = _rows(seeds, "stage_scoring"), _rows(seeds, "stage_criteria")
    emptied = dict.fromkeys(("share_numerator", "share_denominator", "limit_total"), "")
    added: dict[str, Iterable[Mapping[str, str]]] = {
        "stages": [
            {**row, **emptied, **STAGES[row["stage_code"]]}
            for row in first["stages"]
            if row["stage_code"] in STAGES
        ],
        "tracks": [
            {**row, "track_order": str(TRACKS.index(row["track_code"]) + 1)}
            for row in first["tracks"]
            if row["track_code"] in TRACKS
        ],
        "calendar": [
            {
                "stage_code": stage,
                "event_code": event,
                "starts_local": starts,
                "ends_local": ends,
                "paragraph": "§2",
                "is_planned": "false",
            }
            for stage, event, starts, ends in CALENDAR
        ],
        "policy": [
            {**row, "value": POLICY.get(row["parameter_code"], row["value"]), "alternatives": ""}
            for row in first["policy"]
        ],
        "eligibility_rules": [
            {**row, "valid_from": "2024-01-01"}
            for row in first["eligibility_rules"]
            if row["rule_code"] not in RULES_LEFT_OUT
        ],
        "stage_scoring": [
            {**row, "item_count": row["item_count"] and "3"} for row in scoring if row["stage_code"] in STAGES
        ],
        "stage_criteria": [
            row
            for row in criteria
            if row["stage_code"] == "interview" and row["criterion_code"] in ("motivation", "values")
        ],
        "stage_places": [
            {"stage_code": stage, "track_code": track, "places": places, "quota_multiplier": ""}
            for stage, by_track in PLACES.items()
            for track, places in by_track.items()
        ],
    }
    for name, rows in added.items():
        _append(seeds, name, rows)
    return project


def write_files(landing: Path) -> None:
    """What the second season's feeds deliver, in the landing folder of another season."""
    registered, submitted = datetime(2024, 6, 2, 9), datetime(2024, 6, 5, 12)
    registrations, documents, sittings, answers = [], [], [], []
    for candidate, (track, right, _) in CANDIDATES.items():
        number, birth_on = number_of(candidate), date(1986 if candidate == TOO_OLD else 1996, 3, 1)
        registrations.append(
            _example("platform__registrations")
            | {
                "season_code": SEASON,
                "candidate_no": number,
                "submission_no": 1,
                "registered_at": registered,
                "submitted_at": submitted,
                "iin": _iin(birth_on, candidate),
                "birth_on": birth_on,
                "sex_code": "male",
                "track_code": track,
                "consents_personal_data": candidate != WITHOUT_CONSENT,
            }
        )
        for kind in ("education", "employment_proof", "language_certificate"):
            documents.append(
                _example("platform__documents")
                | {
                    "document_id": f"DOC-24-{candidate:02}-{kind}",
                    "candidate_no": number,
                    "document_type_code": kind,
                    "uploaded_at": datetime(2024, 6, 4, 12),
                    "education_level_code": "master",
                    "has_annex": True,
                    "issued_on": date(2023, 1, 1),
                    "valid_until": date(2025, 1, 1),
                }
            )
        if right is not None:
            sittings.append(_sitting(candidate, "text_test", datetime(2024, 6, 16, 10)))
            answers += [
                {"sitting_id": f"SIT-24-{candidate:02}-text_test", "item_no": item, "response_seconds": 30}
                | {"chosen_option_code": "A" if item <= right else "B"}
                for item in (1, 2, 3)
            ]
    keys = [
        {"season_code": SEASON, "stage_code": "text_test", "form_code": "F1", "item_no": item}
        | {"correct_option_code": "A"}
        for item in (1, 2, 3)
    ]
    exclusion = _example("agency__working_group_decisions") | {
        "decision_no": "WG-2024-01",
        "candidate_no": number_of(EXCLUDED),
        "decided_at": datetime(2024, 6, 19, 12),
        "action_code": "exclude",
        "basis_code": "false_data",
        "stage_code": "text_test",
    }
    for name in ("reversed_decision_no", "track_code", "ground_code"):
        exclusion[name] = None
    _write(landing / RECEIVED, "platform__registrations", registrations)
    _write(landing / RECEIVED, "platform__documents", documents)
    _write(landing / RECEIVED, "academy__answer_keys", keys)
    _write(landing / RECEIVED, "platform__answers", answers)
    _write(landing / RECEIVED, "agency__working_group_decisions", [exclusion])
    interviewed = [(candidate, marks) for candidate, (_, _, marks) in CANDIDATES.items() if marks]
    _write(landing / RECEIVED, "platform__sittings", sittings)
    later = landing / "2024-07-12T100000"
    _write(
        later,
        "platform__sittings",
        [_sitting(candidate, "interview", datetime(2024, 7, 8, 10)) for candidate, _ in interviewed],
    )
    _write(
        later,
        "academy__interview_marks",
        [
            {
                "candidate_no": number_of(candidate),
                "interviewer_code": f"INT-{place // 2 + 1}",
                "competency_code": ("motivation", "values")[place % 2],
                "is_recused": False,
                "points": points,
                "observed_on": date(2024, 7, 8),
            }
            for candidate, marks in interviewed
            for place, points in enumerate(marks)
        ],
    )
    _write(
        landing / "2024-07-24T100000",
        "agency__national_decisions",
        [
            {
                "decision_no": "NC-2024-01",
                "candidate_no": number_of(candidate),
                "decided_at": datetime(2024, 7, 21, 12),
                "decision_code": decision,
            }
            for candidate, decision in DECISIONS.items()
        ],
    )


def _rows(seeds: Path, name: str) -> list[dict[str, str]]:
    with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["season_code"] == OTHER]


def _append(seeds: Path, name: str, rows: Iterable[Mapping[str, str]]) -> None:
    path = seeds / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, lineterminator="\n").writerows(
            {**row, "season_code": SEASON} for row in rows
        )


def _iin(birth_on: date, serial: int) -> str:
    # some serials have no check digit
    return next(iin for step in range(9) if (iin := make_iin(birth_on, True, 9000 + 20 * serial + step)))


def _example(feed: str) -> dict[str, Any]:
    return example_rows(load_contract(feed))[0]


def _sitting(candidate: int, stage: str, started_at: datetime) -> dict[str, Any]:
    return {
        "sitting_id": f"SIT-24-{candidate:02}-{stage}",
        "candidate_no": number_of(candidate),
        "stage_code": stage,
        "attempt_no": 1,
        "form_code": "F1" if stage == "text_test" else None,
        "language_code": "kk",
        "started_at": started_at,
        "finished_at": started_at.replace(minute=40),
        "ended_code": "completed",
    }


def _write(folder: Path, feed: str, rows: list[dict[str, Any]]) -> None:
    contract = load_contract(feed)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{feed}__season_2024.{contract.file_format}"
    path.write_bytes(written(contract, rows))
