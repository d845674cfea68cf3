"""The numbers of the Order for season 2025, written down independently of the warehouse's seeds.

What belongs here: constants of the Order, of `POLICY.md` and of the season's calendar, each with its
paragraph. What does not: how they are applied (the module of the section), and the layout of files
(`feeds.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

#: Local time of the season. One zone, UTC+5 without daylight saving since 1 March 2024; a fixed offset
#: does not depend on how old the machine's zone data is.
LOCAL = timezone(timedelta(hours=5))

SEASON = "2025"


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A local moment of the season."""
    return datetime(year, month, day, hour, minute, tzinfo=LOCAL)


@dataclass(frozen=True)
class Stage:
    """A stage of the selection.

    `admits_by` is pass, share, places or decision; `scoring` is none, answers or panel; `published_at` is the
    moment at which the stage's list is published (planned where the Order names a day or nothing).
    """

    code: str
    admits_by: str
    scoring: str
    published_at: datetime


#: Order §2–§9, in order.
STAGES: tuple[Stage, ...] = (
    Stage("registration", "pass", "none", local(2025, 7, 1)),
    Stage("vetting", "pass", "none", local(2025, 8, 1, 9)),
    Stage("text_test", "share", "answers", local(2025, 8, 8, 9)),
    Stage("numeric_test", "places", "answers", local(2025, 8, 15, 9)),
    Stage("situational", "places", "panel", local(2025, 8, 21, 18)),
    Stage("assessment_centre", "places", "panel", local(2025, 9, 22, 9)),
    Stage("interview", "places", "panel", local(2025, 10, 3, 9)),
    Stage("expert_commission", "places", "panel", local(2025, 10, 16, 9)),
    Stage("national_commission", "decision", "none", local(2025, 10, 28, 9)),
)
STAGE: dict[str, Stage] = {stage.code: stage for stage in STAGES}

#: §2.5, in the order in which §3.2 lists the places.
TRACKS = ("social", "infrastructure", "economy", "digital", "agro", "foreign")

#: §3.2: places by track in the list that leaves the stage.
PLACES: dict[str, dict[str, int]] = {
    stage: dict(zip(TRACKS, places, strict=True))
    for stage, places in {
        "numeric_test": (100, 100, 100, 100, 100, 100),
        "situational": (54, 48, 42, 54, 54, 48),
        "assessment_centre": (36, 32, 28, 36, 36, 32),
        "interview": (27, 24, 21, 27, 27, 24),
        "expert_commission": (18, 16, 14, 18, 18, 16),
        "national_commission": (9, 8, 7, 9, 9, 8),
    }.items()
}

#: §3.2: places in all. A share has no total.
TOTALS = {
    "numeric_test": 600,
    "situational": 300,
    "assessment_centre": 200,
    "interview": 150,
    "expert_commission": 100,
}

#: §7, §8, A4: stages whose ties are ruled by A4; those of the others by A3.
LATE_CUTS = frozenset({"assessment_centre", "interview", "expert_commission"})

#: §5–§9: when the first sitting of each stage begins.
SITTING_STARTS_AT = {
    "text_test": local(2025, 8, 2),
    "numeric_test": local(2025, 8, 9),
    "situational": local(2025, 8, 16),
    "assessment_centre": local(2025, 8, 22),
    "interview": local(2025, 9, 23),
    "expert_commission": local(2025, 10, 8),
    "national_commission": local(2025, 10, 17),
}
#: A11: hours before a later stage's first sitting from which a list is no longer restated as a whole.
RESTATE_FREEZE_HOURS = 24

#: §3.2: the text test sends on 50 % of each track; numerator and denominator.
SHARE = {"text_test": (1, 2)}

#: §2: the intake window, first moment in and first moment out.
INTAKE_STARTS_AT = local(2025, 6, 1)
INTAKE_ENDS_AT = local(2025, 7, 1)

#: §4: first and last day of vetting.
VETTING_FIRST_DAY = date(2025, 6, 1)
VETTING_LAST_DAY = date(2025, 7, 31)
#: C of the rules: the moment at which vetting closes.
VETTING_CLOSES_AT = local(2025, 8, 1)
#: §4.4, A32: days in which a body replies.
REPLY_DAYS = 7
#: §9: the last day of the selection, on which the National Commission can still sit.
SELECTION_LAST_DAY = date(2025, 10, 24)
#: §2.6: days before the intake closes in which what is missing is about to close.
DOCUMENT_REMINDER_DAYS = 3

#: A35: the age by which one is too old, years.
AGE_LIMIT_YEARS = 36
#: A36: total experience, years.
EXPERIENCE_YEARS = 5
#: A37: validity of a KAZTEST certificate that names no last day, years from issue.
KAZTEST_VALID_YEARS = 2
#: §2.6: levels that satisfy "at least B1".
LANGUAGE_LEVELS_ENOUGH = frozenset({"B1", "B2", "C1", "C2"})
#: Levels of higher education.
HIGHER_EDUCATION = frozenset({"bachelor", "specialist", "master", "doctoral"})
#: §2.4: what a candidate accepts, consents to and confirms.
CONSENTS = (
    "accepts_user_agreement",
    "consents_personal_data",
    "confirms_equipment",
    "accepts_exclusion_terms",
    "accepts_non_disclosure",
)


@dataclass(frozen=True)
class Body:
    """A vetting body (§4.3) with its last day and the body that took over (A34)."""

    code: str
    first_day: date
    last_day: date | None = None
    successor: str | None = None

    def speaker(self, day: date) -> str | None:
        """Who answers for the body on a day: itself to its last day, then its successor (A34)."""
        return self.code if self.last_day is None or day <= self.last_day else self.successor


_SINCE = date(2025, 1, 1)
BODIES: tuple[Body, ...] = (
    Body("GPO", _SINCE),
    Body("NSC", _SINCE),
    Body("ACS", _SINCE, date(2025, 7, 13), "NSC"),
    Body("FMA", _SINCE),
    Body("MIA", _SINCE),
    Body("MOJ", _SINCE),
    Body("MOF", _SINCE),
)
BODY: dict[str, Body] = {body.code: body for body in BODIES}

#: §6.6, §7.2, §7.4, §8: what raters mark.
CRITERIA: dict[str, tuple[str, ...]] = {
    "situational": ("problem_analysis", "decision_quality", "feasibility", "argumentation"),
    "assessment_centre": (
        "strategic_thinking",
        "leadership",
        "cooperation",
        "result_orientation",
        "change_management",
    ),
    "interview": ("motivation", "values", "service_orientation"),
    "expert_commission": ("overall",),
}

#: §6.5: experts per solution; A19: how many suffice by a decision.
EXPERTS_EXPECTED = 3
EXPERTS_BY_DECISION = 2
#: A26: least number of raters.
QUORUM = {"assessment_centre": 2, "interview": 2, "expert_commission": 5}

#: §2 in order: the rules of stage 1 with the first day on which each is asked, and the last (None: still).
RULES: tuple[tuple[str, date, date | None], ...] = tuple(
    (code, date(2025, 1, 1), None)
    for code in (
        "SUBMITTED",
        "COUNTED",
        "CONSENTS",
        "DOCUMENTS",
        "CITIZENSHIP",
        "AGE",
        "EDUCATION",
        "EXPERIENCE",
        "LANGUAGE",
        "STOP_LIST",
    )
)
#: §2.2: whoever was ever on these lists stays barred ("past ones included, those removed ... too").
STOP_LISTS_FOR_GOOD = frozenset({"reserve_member", "reserve_removed"})

# Code lists that contracts refer to.
STAGE_CODES = frozenset(STAGE)
TRACK_CODES = frozenset(TRACKS)
BODY_CODES = frozenset(body.code for body in BODIES)
CRITERION_CODES = frozenset(code for codes in CRITERIA.values() for code in codes)
SEX_CODES = frozenset({"female", "male"})
EMPLOYER_TYPE_CODES = frozenset({"state", "subordinate", "quasi_state", "private", "non_profit", "none"})
EDUCATION_LEVEL_CODES = HIGHER_EDUCATION | {"secondary_vocational"}
LANGUAGE_LEVEL_CODES = LANGUAGE_LEVELS_ENOUGH | {"A1", "A2"}
STOP_LIST_CODES = frozenset(
    {"president_appointee", "political", "corps_a", "reserve_member", "reserve_removed"}
)
#: When the recordings of a stage are gone through (§5.3, §5.4, §6); no other stage is recorded.
PROCTORING = {
    "text_test": (local(2025, 8, 4), local(2025, 8, 8)),
    "numeric_test": (local(2025, 8, 11), local(2025, 8, 15)),
    "situational": (local(2025, 8, 18), local(2025, 8, 21)),
}
RECORDED = frozenset(PROCTORING)
SIGNAL_TYPE_CODES = frozenset(
    {"absence", "second_person", "phone", "book", "screen", "speech"}
    | {"video_missing", "sound_missing", "picture_covered", "picture_frozen"}
)
#: ISO 3166-2 numbers of 17 regions and 3 cities (FACTS §6), and people abroad.
REGION_CODES = frozenset(
    f"KZ-{number}"
    for number in (10, 11, 15, 19, 23, 27, 31, 33, 35, 39, 43, 47, 55, 59, 61, 62, 63, 71, 75, 79)
) | {"abroad"}
