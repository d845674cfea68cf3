-- Order §2.6, §4.1: what is still to be done about documents, by whom and until when (docs/rules.md).
with needs as (
    select * from {{ ref('fct_document_needs') }}
),

states as (
    select * from {{ ref('need_states') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

kept as (
    select
        candidate_no,
        max(decided_at) as decided_at
    from {{ ref('int_decisions__in_force') }}
    where action_code = 'keep' and decided_at <= {{ as_of() }} and coalesce(ends_at > {{ as_of() }}, true)
    group by candidate_no
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

windows as (
    select
        season_code,
        max(ends_at) filter (where event_code = 'intake') as intake_ends_at,
        max(ends_at) filter (where event_code = 'vetting') as vetting_ends_at
    from {{ ref('int_calendar__moments') }}
    group by season_code
),

stopped as (
    select distinct candidate_no
    from {{ ref('int_stops__effective') }}
    where starts_at <= {{ as_of() }} and (ends_at is null or ends_at > {{ as_of() }})
),

-- who would be eligible if somebody read the last day of a certificate
unmet as (
    select candidate_no
    from {{ ref('int_eligibility__checks') }}
    where not is_met
    group by candidate_no
    having bool_and(rule_code = 'LANGUAGE')
),

waiting as (
    select distinct
        unmet.candidate_no,
        'language_certificate' as document_type_code
    from unmet
    inner join {{ ref('int_eligibility__findings') }} as found on unmet.candidate_no = found.candidate_no
    where found.finding_code = 'TERM_UNKNOWN'
),

described as (
    select
        needs.*,
        states.is_open,
        windows.intake_ends_at,
        windows.vetting_ends_at,
        windows.intake_ends_at > {{ as_of() }}
        and needs.need_state_code in ('missing', 'no_annex') as is_to_upload,
        needs.is_counted and waiting.candidate_no is not null as is_term_unknown,
        windows.vetting_ends_at <= {{ as_of() }} as is_over,
        -- the working group decides on a document that was rejected, however late
        needs.is_counted
        and needs.is_eligible
        and needs.need_state_code = 'rejected'
        and not coalesce(kept.decided_at > looks.checked_at, false) as is_undecided
    from needs
    inner join states on needs.need_state_code = states.need_state_code
    inner join accounts on needs.candidate_no = accounts.candidate_no and not accounts.is_void
    inner join windows on needs.season_code = windows.season_code
    left join stopped on needs.candidate_no = stopped.candidate_no
    left join {{ ref('int_document_checks__latest') }} as looks on needs.document_id = looks.document_id
    left join kept on needs.candidate_no = kept.candidate_no
    left join waiting
        on needs.candidate_no = waiting.candidate_no and needs.document_type_code = waiting.document_type_code
    where stopped.candidate_no is null
),

placed as (
    select
        *,
        case
            when is_to_upload then 'candidate_must_upload'
            when is_over and is_undecided then 'working_group_must_decide'
            when is_over then null
            when not is_term_unknown and not (is_counted and is_eligible and is_open) then null
            when need_state_code in ('missing', 'no_annex', 'rejected') then 'working_group_must_decide'
            else 'checker_must_check'
        end as work_code,
        case
            when is_to_upload then intake_ends_at
            when not is_over then vetting_ends_at
        end as closes_at
    from described
)

select
    placed.season_code,
    placed.candidate_no,
    placed.document_type_code,
    placed.need_state_code,
    placed.document_id,
    placed.work_code,
    placed.closes_at,
    coalesce(
        {{ as_of() }} >= placed.closes_at - to_days(policy.document_reminder_days), false
    ) as is_about_to_close,
    placed.is_term_unknown
from placed
inner join policy on placed.season_code = policy.season_code
where placed.work_code is not null
