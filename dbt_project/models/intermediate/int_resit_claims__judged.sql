-- Order §5.7, §6.4, A15, A16: which claims annul the sitting they name.
with claims as (
    select * from {{ ref('stg_platform__resit_claims') }}
),

sittings as (
    select * from {{ ref('stg_platform__sittings') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

days as (
    select * from {{ ref('int_calendar__days') }}
),

late_claims_allowed as (
    select
        candidate_no,
        stage_code,
        arg_min(decision_no, (decided_at, decision_no)) as decision_no
    from {{ ref('stg_agency__working_group_decisions') }}
    where action_code = 'allow_resit'
    group by candidate_no, stage_code
),

placed as (
    select
        accounts.season_code,
        claims.claim_id,
        claims.candidate_no,
        claims.stage_code,
        claims.sitting_id,
        claims.claimed_at,
        claims.decision_code = 'granted'
        and claims.cause_code = 'power_cut'
        and claims.has_certificate as is_granted,
        {{ utc_at('(last_days.day_on + 1)::timestamp') }} as due_before_at
    from claims
    inner join sittings
        on
            claims.sitting_id = sittings.sitting_id
            and claims.candidate_no = sittings.candidate_no
            and claims.stage_code = sittings.stage_code
    inner join accounts on claims.candidate_no = accounts.candidate_no
    inner join policy on accounts.season_code = policy.season_code
    left join days as sitting_days on {{ local_date('sittings.started_at') }} = sitting_days.day_on
    left join days as last_days
        on
            last_days.is_working
            and sitting_days.working_day_no + policy.claim_working_days = last_days.working_day_no
)

select
    placed.season_code,
    placed.claim_id,
    placed.candidate_no,
    placed.stage_code,
    placed.sitting_id,
    placed.claimed_at,
    placed.due_before_at,
    placed.claimed_at < placed.due_before_at as is_in_time,
    placed.is_granted
    and (placed.claimed_at < placed.due_before_at or late_claims_allowed.decision_no is not null) as is_valid,
    case when placed.claimed_at >= placed.due_before_at then late_claims_allowed.decision_no end
        as decision_no
from placed
left join late_claims_allowed
    on
        placed.candidate_no = late_claims_allowed.candidate_no
        and placed.stage_code = late_claims_allowed.stage_code
