"""The questions about one candidate number: the path through the stages and what lies behind each step.

Belongs here: SQL of these, with parameters. Does not belong here: why somebody stands where they stand
(dbt_project/, `sel_explanations`), how it looks (dashboards/views/). Nothing here asks for grounds of vetting
or for signals of proctoring. `rezerv explain` reads the same lines.
"""

from __future__ import annotations

from dashboards.warehouse.releases import Release, Row
from dashboards.warehouse.releases import require_tables as require

# What everybody who has the page reads.
OF_REGISTRATION: tuple[str, ...] = ("core.dim_candidates", "core.fct_track_changes")
# The stages, for whoever may see scores.
OF_STAGES: tuple[str, ...] = (
    "core.fct_bookings",
    "core.fct_places",
    "core.fct_resit_claims",
    "core.fct_sittings",
    "core.fct_withdrawals",
    "core.fct_working_group_decisions",
    "reporting.rpt_drift",
    "reporting.rpt_refused_bookings",
    "selection.sel_explanations",
)
# Requirements, documents and vetting, for whoever vets.
OF_VETTING: tuple[str, ...] = (
    "core.fct_document_needs",
    "core.fct_eligibility_checks",
    "core.fct_eligibility_findings",
    "core.fct_eligibility_warnings",
    "core.fct_vetting_outcomes",
    "core.fct_vetting_requests",
    "core.fct_vetting_states",
)
# Which file a row came from, for engineers.
OF_SOURCES: tuple[str, ...] = ("core.fct_batches",)


def require_tables(release: Release, tables: tuple[str, ...]) -> None:
    """Raise TablesMissing where the release is of a build that lacks some of `tables`."""
    require(release, tables)


def _of(release: Release, candidate: str) -> dict[str, object]:
    return {"season": release.manifest.season_code, "candidate": candidate}


_PERSON = "season_code::varchar = $season and candidate_no = $candidate"


def find(release: Release, candidate: str) -> Row | None:
    """Return the account with a number: track, region, submitted_at (UTC); None if there is none."""
    rows = release.rows(
        "select candidate_no, track_code, region_code, submitted_at, is_complete, is_counted"
        f" from core.dim_candidates where {_PERSON}",
        _of(release, candidate),
    )
    return rows[0] if rows else None


def steps(release: Release, candidate: str) -> list[Row]:
    """Return each stage that a candidate entered, in order, as `sel_explanations` explains it.

    `distance_numerator` over `distance_denominator`: the exact score less the cut-off, in lowest terms;
    `distance_points`: the same with two decimals, halves away from zero; None without score or cut-off.
    """
    return release.rows(
        f"""
        with lines as (
            select
                *,
                score_numerator::hugeint * cutoff_denominator - cutoff_numerator::hugeint * score_denominator
                    as difference,
                score_denominator::hugeint * cutoff_denominator as below
            from selection.sel_explanations
            where {_PERSON}
        )

        select
            stage_code, stage_order, track_code, status_code, reason_code, paragraph, policy_codes,
            score_numerator, score_denominator, score_points, rank, count_equals, count_pool, limit_places,
            cutoff_numerator, cutoff_denominator, cutoff_points, is_shortfall, is_at_cutoff, is_late,
            is_admitted, is_provisional, version, act_no, decision_no, decision_nos,
            _batch_ids as batch_ids,
            (difference // gcd(difference, below))::bigint as distance_numerator,
            (below // gcd(difference, below))::bigint as distance_denominator,
            ((sign(difference) * ((200 * abs(difference) + below) // (2 * below)))::decimal(18, 2) / 100)
                ::decimal(9, 2) as distance_points
        from lines
        order by stage_order
        """,
        _of(release, candidate),
    )


def policies(release: Release) -> dict[str, list[Row]]:
    """Return what the season's policy says, by policy number: parameter_code, value."""
    found: dict[str, list[Row]] = {}
    for row in release.rows(
        "select policy_code, parameter_code, value::varchar as value from seeds.policy"
        " where season_code::varchar = $season order by policy_code, parameter_code",
        {"season": release.manifest.season_code},
    ):
        found.setdefault(row["policy_code"], []).append(row)
    return found


def drift(release: Release, candidate: str) -> list[Row]:
    """Return where a published list says of a candidate something else than today's data (A49)."""
    return release.rows(
        f"""
        select
            stage_code, version, change_code, status_before, status_after, points_before, points_after,
            rank_before, rank_after, is_admitted_before, is_admitted_after, is_drift_kept
        from reporting.rpt_drift
        where {_PERSON}
        order by stage_order
        """,
        _of(release, candidate),
    )


def sittings(release: Release, candidate: str) -> list[Row]:
    """Return each sitting with how it ended, in order; moments are UTC."""
    return release.rows(
        f"""
        select stage_code, attempt_no, started_at, finished_at, ended_code, sitting_id
        from core.fct_sittings
        where {_PERSON}
        order by started_at, sitting_id
        """,
        _of(release, candidate),
    )


def resit_claims(release: Release, candidate: str) -> list[Row]:
    """Return each claim for a resit with its cause and what support decided (§5.7), in order."""
    return release.rows(
        f"""
        select stage_code, claimed_at, cause_code, has_certificate, decision_code, decided_at, claim_id
        from core.fct_resit_claims
        where {_PERSON}
        order by claimed_at, claim_id
        """,
        _of(release, candidate),
    )


def places(release: Release, candidate: str) -> list[Row]:
    """Return the slot that a candidate has at each stage: chosen, or given where they chose none (A42)."""
    return release.rows(
        f"""
        select stage_code, is_resit, starts_at, room_code, is_placed, slot_no
        from core.fct_places
        where {_PERSON}
        order by starts_at, slot_no
        """,
        _of(release, candidate),
    )


def refused_bookings(release: Release, candidate: str, language: str) -> list[Row]:
    """Return each booking that was refused, with the reason in words, in order."""
    return release.rows(
        f"""
        select stage_code, slot_no, arrived_at, text_{language} as reason, arrival_id
        from reporting.rpt_refused_bookings
        where {_PERSON}
        order by arrived_at, arrival_id
        """,
        _of(release, candidate),
    )


def track_changes(release: Release, candidate: str) -> list[Row]:
    """Return each change of track with what became of it (A39), in order."""
    return release.rows(
        f"""
        select from_track_code, to_track_code, asked_at, source_code, decision_no, effect_code
        from core.fct_track_changes
        where {_PERSON}
        order by change_no
        """,
        _of(release, candidate),
    )


def decisions(release: Release, candidate: str) -> list[Row]:
    """Return each decision of the working group about a candidate: what it does, never its basis."""
    return release.rows(
        f"""
        select decision_no, decided_at, action_code, stage_code, reversed_decision_no
        from core.fct_working_group_decisions
        where {_PERSON}
        order by decided_at, decision_no
        """,
        _of(release, candidate),
    )


def withdrawals(release: Release, candidate: str) -> list[Row]:
    """Return when a candidate withdrew (A41), in order."""
    return release.rows(
        f"select withdrawn_at, withdrawal_id from core.fct_withdrawals where {_PERSON}"
        " order by withdrawn_at, withdrawal_id",
        _of(release, candidate),
    )


def eligibility(release: Release, candidate: str, language: str) -> list[Row]:
    """Return each requirement that was asked (§2), whether it is met, its paragraph, findings in words."""
    return release.rows(
        f"""
        select
            checks.rule_code, checks.is_met, rules.name_{language} as rule, rules.paragraph,
            rules.policy_code, rules.law_article,
            (
                select string_agg(distinct codes.text_{language}, ' ' order by codes.text_{language})
                from core.fct_eligibility_findings as findings
                inner join seeds.finding_codes as codes on findings.finding_code = codes.finding_code
                where findings.season_code = checks.season_code
                    and findings.candidate_no = checks.candidate_no
                    and findings.rule_code = checks.rule_code
            ) as finding
        from core.fct_eligibility_checks as checks
        inner join seeds.eligibility_rules as rules
            on checks.season_code = rules.season_code::varchar and checks.rule_code = rules.rule_code
        where checks.season_code::varchar = $season and checks.candidate_no = $candidate
        order by checks.rule_order
        """,
        _of(release, candidate),
    )


def warnings(release: Release, candidate: str, language: str) -> list[str]:
    """Return what was seen at registration and changes nothing, in words."""
    rows = release.rows(
        f"""
        select distinct codes.text_{language} as warning, codes.policy_code
        from core.fct_eligibility_warnings as warnings
        inner join seeds.warning_codes as codes on warnings.warning_code = codes.warning_code
        where warnings.season_code::varchar = $season and warnings.candidate_no = $candidate
        order by codes.policy_code, warning
        """,
        _of(release, candidate),
    )
    return [row["warning"] for row in rows]


def documents(release: Release, candidate: str) -> list[Row]:
    """Return the state of each document that the Order asks for (§2.6)."""
    return release.rows(
        """
        select needs.document_type_code, needs.need_state_code, needs.document_id
        from core.fct_document_needs as needs
        inner join seeds.document_needs as types on needs.document_type_code = types.document_type_code
        where needs.season_code::varchar = $season and needs.candidate_no = $candidate
        order by types.need_order
        """,
        _of(release, candidate),
    )


def vetting_outcome(release: Release, candidate: str) -> Row | None:
    """Return how vetting stands: is_passed, reason_code, decision_no; None for whoever was not vetted."""
    rows = release.rows(
        f"select is_passed, reason_code, decision_no from core.fct_vetting_outcomes where {_PERSON}",
        _of(release, candidate),
    )
    return rows[0] if rows else None


def vetting_requests(release: Release, candidate: str) -> list[Row]:
    """Return each body with its requests (§4.3, §4.4): state only, never what a reply says beyond it."""
    return release.rows(
        f"""
        select
            states.body_code, requests.list_no, requests.sent_on, requests.due_on, requests.replied_on,
            coalesce(requests.state_code, states.state_code) as state_code, states.state_at_close_code,
            states.is_settled
        from (from core.fct_vetting_states where {_PERSON}) as states
        left join (from core.fct_vetting_requests where {_PERSON}) as requests
            on states.body_code = requests.body_code
        inner join seeds.vetting_bodies as bodies
            on states.season_code = bodies.season_code::varchar and states.body_code = bodies.body_code
        order by bodies.body_order, requests.sent_on, requests.list_no
        """,
        _of(release, candidate),
    )


def batches(release: Release, candidate: str) -> dict[str, Row]:
    """Return the deliveries that fed the path, by number: feed, source_file, received_at (UTC)."""
    rows = release.rows(
        f"""
        select batch_id, feed, source_file, received_at
        from core.fct_batches
        where batch_id in (
            select unnest(string_split(_batch_ids, ', ')) from selection.sel_explanations where {_PERSON}
        )
        order by received_at, feed, source_file
        """,
        _of(release, candidate),
    )
    return {row["batch_id"]: row for row in rows}


def source_rows(release: Release, candidate: str) -> list[Row]:
    """Return the rows of files that a failed requirement names: file, row number, delivery."""
    return release.rows(
        f"""
        select
            findings.rule_code, findings.finding_code, findings.input_feed as feed, findings.input_id,
            batches.source_file, findings._row_number as row_no, findings._batch_id as batch_id
        from (from core.fct_eligibility_findings where {_PERSON}) as findings
        left join core.fct_batches as batches on findings._batch_id = batches.batch_id
        order by findings.rule_code, findings.finding_code, findings._batch_id, findings._row_number
        """,
        _of(release, candidate),
    )
