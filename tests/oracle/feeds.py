"""The 31 feeds as the oracle understands them: columns, types, keys and row checks, transcribed from the
contracts.

What belongs here: data only, one `Feed` each. What does not: reading files and judging rows (`reading.py`),
parsing single values (`values.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tests.oracle import order

TEXT, INTEGER, NUMBER, BOOLEAN, DATE, MOMENT = "text", "integer", "number", "boolean", "date", "moment"

CANDIDATE_NO = r"R\d{2}-\d{6}"
LIST_NO = r"[A-Z]{3}-\d{4}-\d{2}"


@dataclass(frozen=True)
class Column:
    """A column: what its values look like. `pattern` must match the whole value; bounds are inclusive."""

    name: str
    kind: str = TEXT
    required: bool = True
    pattern: str | None = None
    codes: Collection[str] | None = None
    low: int | None = None
    high: int | None = None
    is_iin: bool = False


@dataclass(frozen=True)
class Feed:
    """A feed: columns, key, and pairs (later, earlier) of which the first must not be before the second."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    not_before: tuple[tuple[str, str], ...] = ()


def _text(name: str, required: bool = True, pattern: str | None = None) -> Column:
    return Column(name, TEXT, required, pattern=pattern)


def _code(name: str, codes: Collection[str] | str, required: bool = True) -> Column:
    return Column(name, TEXT, required, codes=frozenset(codes.split() if isinstance(codes, str) else codes))


def _integer(name: str, low: int | None, high: int | None = None, required: bool = True) -> Column:
    return Column(name, INTEGER, required, low=low, high=high)


def _number(name: str, low: int, high: int | None = None) -> Column:
    return Column(name, NUMBER, low=low, high=high)


def _boolean(name: str, required: bool = True) -> Column:
    return Column(name, BOOLEAN, required)


def _date(name: str, required: bool = True) -> Column:
    return Column(name, DATE, required)


def _moment(name: str, required: bool = True) -> Column:
    return Column(name, MOMENT, required)


_CANDIDATE = _text("candidate_no", pattern=CANDIDATE_NO)
_SEASON = _code("season_code", {order.SEASON})
_STAGE = _code("stage_code", order.STAGE_CODES)
_TRACK = _code("track_code", order.TRACK_CODES)
_BODY = _code("body_code", order.BODY_CODES)
_IIN = Column("iin", pattern=r"\d{12}", is_iin=True)
_OPTIONS = "A B C D E"
_HASH = r"[0-9a-z]+"
_STATUSES = (
    "admitted not_admitted absent annulled excluded withdrawn pending_resit not_publishable supernumerary"
    " pending"
)
_SLOT_NO = r"[A-Z0-9]+(-[A-Z0-9]+)*"
_GROUND = r"[A-Z0-9_\-]{2,20}"


def _panel(name: str, rater: str, day: str) -> Feed:
    """Marks of assessors or interviewers: one layout (§7.2, §7.4)."""
    columns = (
        _CANDIDATE,
        _text(rater),
        _code("competency_code", order.CRITERION_CODES),
        _boolean("is_recused"),
        _integer("points", 1, 5, required=False),
        _date(day),
    )
    return Feed(name, ("candidate_no", rater, "competency_code"), columns)


_FEEDS: tuple[Feed, ...] = (
    Feed(
        "academy__answer_keys",
        ("season_code", "stage_code", "form_code", "item_no"),
        (
            _SEASON,
            _STAGE,
            _text("form_code"),
            _integer("item_no", 1, 200),
            _code("correct_option_code", _OPTIONS),
        ),
    ),
    _panel("academy__assessor_marks", "assessor_code", "observed_on"),
    _panel("academy__interview_marks", "interviewer_code", "observed_on"),
    Feed(
        "agency__commission_marks",
        ("candidate_no", "member_code"),
        (
            _CANDIDATE,
            _text("member_code"),
            _code("role_code", "permanent track observer"),
            _boolean("is_recused"),
            _integer("points", 1, 10, required=False),
            _date("session_on"),
        ),
    ),
    Feed(
        "agency__commission_members",
        ("season_code", "member_code"),
        (
            _SEASON,
            _text("member_code", pattern=_SLOT_NO),
            _code("role_code", "permanent track observer"),
            _text("track_codes", required=False, pattern=r"[a-z_]+(\|[a-z_]+)*"),
            _boolean("is_available"),
        ),
    ),
    Feed(
        "agency__document_checks",
        ("check_no",),
        (
            _text("check_no"),
            _text("document_id"),
            _CANDIDATE,
            _text("checker_code", pattern=r"CH-\d{2,4}"),
            _moment("checked_at"),
            _code("result_code", "confirmed rejected unclear"),
            _code(
                "remark_code",
                "unreadable wrong_person not_in_register false_document incomplete other",
                required=False,
            ),
            _date("valid_until", required=False),
        ),
    ),
    Feed(
        "agency__national_decisions",
        ("decision_no", "candidate_no"),
        (
            _text("decision_no"),
            _CANDIDATE,
            _moment("decided_at"),
            _code("decision_code", "enrol decline"),
            _text("override_by", required=False),
            _text("override_reason", required=False),
        ),
    ),
    Feed(
        "agency__quota_revisions",
        ("season_code", "decision_no", "track_code"),
        (
            _SEASON,
            _text("decision_no"),
            _TRACK,
            _integer("places", 0),
            _moment("decided_at"),
            _integer("limit_total", 1, required=False),
        ),
    ),
    Feed(
        "agency__vetting_requests",
        ("list_no", "candidate_no"),
        (
            _text("list_no", pattern=LIST_NO),
            _BODY,
            _CANDIDATE,
            _date("sent_on"),
            _text("identity_key", required=False, pattern=r"[0-9a-f]{32}"),
        ),
    ),
    Feed(
        "agency__working_group_decisions",
        ("decision_no", "candidate_no"),
        (
            _text("decision_no"),
            _CANDIDATE,
            _moment("decided_at"),
            _code(
                "action_code",
                "exclude keep admit_conditionally reverse accept_two_marks allow_resit correct_track"
                " correct_mark accept_recording",
            ),
            _code(
                "basis_code",
                "false_data procedure_breach proctoring_violation adverse_information law_requirements"
                " vetting_reply_missing expert_mark_missing late_claim error_found platform_error"
                " recording_inconclusive no_violation",
            ),
            _code("stage_code", order.STAGE_CODES, required=False),
            _text("reversed_decision_no", required=False),
            _code("track_code", order.TRACK_CODES, required=False),
            _text("ground_code", required=False, pattern=_GROUND),
        ),
    ),
    Feed(
        "assignment__drawn_cases",
        ("season_code", "stage_code", "candidate_no"),
        (
            _SEASON,
            _STAGE,
            _CANDIDATE,
            _text("case_code"),
            _integer("draw_no", 1),
            _moment("dealt_at"),
        ),
    ),
    Feed(
        "assignment__seats",
        ("season_code", "assignment_no", "work_no", "expert_code"),
        (
            _SEASON,
            _STAGE,
            _integer("assignment_no", 1),
            _text("work_no"),
            _text("expert_code", pattern=r"[A-Z0-9]+(-[A-Z0-9]+)*"),
            _integer("given_in_no", 1),
            _moment("given_at"),
        ),
    ),
    Feed(
        "outreach__events",
        ("event_id",),
        (
            _SEASON,
            _text("event_id"),
            _code("kind_code", "meeting publication video stand"),
            _code("region_code", order.REGION_CODES),
            _code("organiser_code", "agency agency_regional academy central_body local_body"),
            _code("audience_code", "civil_servants subordinate quasi_state private bolashak general"),
            _date("held_on"),
            _code("language_code", "kk ru kk_ru"),
            _integer("count_reached", 0),
        ),
    ),
    Feed(
        "placement__places",
        ("act_no", "candidate_no"),
        (
            _integer("act_no", 1),
            _SEASON,
            _STAGE,
            _CANDIDATE,
            _text("slot_no", pattern=_SLOT_NO),
            _code("placement_code", "placed decided"),
            _moment("placed_at"),
            _moment("read_until"),
        ),
    ),
    Feed(
        "platform__answers",
        ("sitting_id", "item_no"),
        (
            _text("sitting_id"),
            _integer("item_no", 1, 200),
            _code("chosen_option_code", _OPTIONS, required=False),
            _integer("response_seconds", 0, required=False),
        ),
    ),
    Feed(
        "platform__bookings",
        ("booking_id",),
        (
            _text("booking_id"),
            _CANDIDATE,
            _STAGE,
            _moment("slot_starts_at"),
            _text("slot_no", required=False, pattern=_SLOT_NO),
            _moment("booked_at"),
            _boolean("is_auto_assigned"),
        ),
    ),
    Feed(
        "platform__case_assignments",
        ("candidate_no",),
        (_CANDIDATE, _text("case_code"), _TRACK, _moment("assigned_at")),
    ),
    Feed(
        "platform__documents",
        ("document_id",),
        (
            _text("document_id"),
            _CANDIDATE,
            _code("document_type_code", "education employment_proof language_certificate"),
            _text("document_number", required=False),
            _moment("uploaded_at"),
            _code("education_level_code", order.EDUCATION_LEVEL_CODES, required=False),
            _boolean("has_annex", required=False),
            _code("issuer_code", "KAZTEST QRT", required=False),
            _code("level_code", order.LANGUAGE_LEVEL_CODES, required=False),
            _date("issued_on", required=False),
            _date("valid_until", required=False),
        ),
    ),
    Feed(
        "platform__employment_periods",
        ("candidate_no", "period_no"),
        (
            _CANDIDATE,
            _integer("period_no", 1),
            _code("employer_type_code", order.EMPLOYER_TYPE_CODES),
            _date("started_on"),
            _date("ended_on", required=False),
        ),
        not_before=(("ended_on", "started_on"),),
    ),
    Feed(
        "platform__expert_marks",
        ("work_no", "expert_code", "criterion_code"),
        (
            _text("work_no"),
            _text("expert_code"),
            _code("criterion_code", order.CRITERION_CODES),
            _integer("points", 1, 5),
            _moment("marked_at"),
        ),
    ),
    Feed(
        "platform__registrations",
        ("candidate_no", "submission_no"),
        (
            _SEASON,
            _CANDIDATE,
            _integer("submission_no", 0),
            _moment("registered_at"),
            _moment("submitted_at", required=False),
            _IIN,
            _text("last_name"),
            _text("first_name"),
            _text("middle_name", required=False),
            _text("phone", required=False),
            _text("email", required=False),
            _date("birth_on"),
            _code("sex_code", order.SEX_CODES),
            _text("citizenship_code", pattern=r"[A-Z]{2}"),
            _code("region_code", order.REGION_CODES),
            _TRACK,
            _code("employer_type_code", order.EMPLOYER_TYPE_CODES),
            _code("test_language_code", "kk ru"),
            *(_boolean(name) for name in order.CONSENTS),
        ),
        not_before=(("registered_at", "birth_on"),),
    ),
    Feed(
        "platform__resit_claims",
        ("claim_id",),
        (
            _text("claim_id"),
            _CANDIDATE,
            _STAGE,
            _text("sitting_id"),
            _moment("claimed_at"),
            _code("cause_code", "power_cut internet platform"),
            _boolean("has_certificate"),
            _code("decision_code", "granted refused pending"),
            _moment("decided_at", required=False),
        ),
    ),
    Feed(
        "platform__sittings",
        ("sitting_id",),
        (
            _text("sitting_id"),
            _CANDIDATE,
            _STAGE,
            _integer("attempt_no", 1, 9),
            _text("form_code", required=False),
            _code("language_code", "kk ru", required=False),
            _moment("started_at"),
            _moment("finished_at"),
            _code("ended_code", "completed time_over power_cut connection_lost"),
        ),
        not_before=(("finished_at", "started_at"),),
    ),
    Feed(
        "platform__slots",
        ("season_code", "slot_no"),
        (
            _SEASON,
            _text("slot_no", pattern=_SLOT_NO),
            _STAGE,
            _code("track_code", order.TRACK_CODES, required=False),
            _code("language_code", "kk ru", required=False),
            _moment("starts_at"),
            _moment("ends_at"),
            _integer("capacity", 0),
            _text("room_code", pattern=r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*"),
            _boolean("is_resit"),
            _moment("cancelled_at", required=False),
        ),
        not_before=(("ends_at", "starts_at"),),
    ),
    Feed(
        "platform__solutions",
        ("work_no",),
        (
            _text("work_no"),
            _CANDIDATE,
            _text("sitting_id"),
            _text("case_code"),
            _code("language_code", "kk ru"),
            _moment("submitted_at"),
            _integer("count_words", 0),
            _integer("duration_seconds", 0),
        ),
    ),
    Feed(
        "platform__withdrawals",
        ("withdrawal_id",),
        (_text("withdrawal_id"), _CANDIDATE, _moment("withdrawn_at")),
    ),
    Feed(
        "proctoring__coverage",
        ("sitting_id",),
        (
            _text("sitting_id"),
            *(_number(f"{name}_seconds", 0) for name in ("duration", "seen", "heard", "unseen", "unheard")),
            _integer("count_files", 0),
            _integer("count_samples", 0),
            _integer("count_packets_lost", 0),
            _boolean("is_inconclusive"),
            _text("problem_codes", required=False, pattern=r"[a-z][a-z_]*(,[a-z][a-z_]*)*"),
            _text("run_id"),
            _text("model_code"),
            _text("speech_model_code", required=False),
            _text("config_hash"),
            _text("recording_sha256", required=False, pattern=r"[0-9a-f]{64}"),
        ),
    ),
    Feed(
        "proctoring__reviews",
        ("review_id",),
        (
            _text("review_id"),
            _text("signal_id"),
            _text("sitting_id"),
            _integer("review_round", 1, 2),
            _text("reviewer_code"),
            _code("verdict_code", "confirmed dismissed inconclusive"),
            _code(
                "review_reason_code",
                "forbidden_object other_person left_frame outside_help picture_hidden nothing_seen"
                " allowed_object reads_aloud passer_by too_brief not_visible too_short no_evidence",
                required=False,
            ),
            _moment("reviewed_at"),
        ),
    ),
    Feed(
        "proctoring__signals",
        ("signal_id",),
        (
            _text("signal_id"),
            _text("sitting_id"),
            _code("signal_type_code", order.SIGNAL_TYPE_CODES),
            _number("started_seconds", 0),
            _number("duration_seconds", 0),
            _number("confidence", 0, 1),
            _text("model_code"),
            _text("config_hash"),
            _text("run_id"),
        ),
    ),
    Feed(
        "publication__acts",
        ("act_no",),
        (
            _integer("act_no", 1),
            _SEASON,
            _STAGE,
            _code("kind_code", "published restated kept"),
            _integer("version", 1),
            _moment("acted_at"),
            _text("approved_by", required=False),
            _text("decision_no", required=False),
            _text("reason", required=False),
            _integer("count_rows", 0, required=False),
            _text("list_hash", required=False, pattern=_HASH),
            _text("drift_hash", required=False, pattern=_HASH),
            _text("code_version", required=False, pattern=r".*"),
            _text("seeds_hash", required=False, pattern=_HASH),
            _text("previous_hash", required=False, pattern=_HASH),
            _text("act_hash", required=False, pattern=_HASH),
        ),
    ),
    Feed(
        "publication__lists",
        ("act_no", "candidate_no"),
        (
            _integer("act_no", 1),
            _SEASON,
            _STAGE,
            _integer("version", 1),
            _CANDIDATE,
            _TRACK,
            _code("status_code", _STATUSES),
            _text("reason_code", pattern=r"[A-Z_]+"),
            _boolean("is_admitted"),
            _boolean("is_in_pool"),
            _boolean("is_late"),
            _integer("score_numerator", 0, required=False),
            _integer("score_denominator", 1, required=False),
            _integer("rank", 1, required=False),
            _boolean("is_at_cutoff"),
            _text("decision_no", required=False),
            _integer("count_pool", 0, required=False),
            _integer("limit_places", 0, required=False),
            _integer("cutoff_numerator", 0, required=False),
            _integer("cutoff_denominator", 1, required=False),
            _boolean("is_shortfall"),
        ),
    ),
    Feed(
        "registers__stop_list",
        ("iin", "stop_list_code", "valid_from"),
        (
            _IIN,
            _code("stop_list_code", order.STOP_LIST_CODES),
            _date("valid_from"),
            _date("valid_to", required=False),
        ),
        not_before=(("valid_to", "valid_from"),),
    ),
    Feed(
        "vetting__replies",
        ("reply_no", "list_no", "candidate_no"),
        (
            _text("reply_no"),
            _text("list_no", pattern=LIST_NO),
            _BODY,
            _CANDIDATE,
            _date("replied_on"),
            _code("result_code", "clear adverse unclear"),
            _text("ground_code", required=False, pattern=_GROUND),
            _date("fact_on", required=False),
        ),
    ),
)

FEEDS: dict[str, Feed] = {feed.name: feed for feed in _FEEDS}
