-- Order §4.2, A31, A33: cleared by every body, or let through by a decision; no reply is never clear.
with states as (
    select * from {{ ref('int_vetting__states') }}
),

stage as (
    select * from {{ ref('int_stages__clocked') }}
    where stage_code = 'vetting'
),

decisions as (
    select * from {{ ref('stg_agency__working_group_decisions') }}
    where action_code in ('keep', 'admit_conditionally')
),

counted as (
    select
        season_code,
        candidate_no,
        bool_and(state_code = 'clear') as is_clear,
        bool_or(state_code = 'adverse') as has_adverse,
        bool_or(state_code = 'unclear') as has_unclear
    from states
    group by season_code, candidate_no
),

let_through as (
    select
        counted.candidate_no,
        arg_max(decisions.decision_no, (decisions.decided_at, decisions.decision_no)) as decision_no
    from counted
    inner join stage on counted.season_code = stage.season_code
    inner join decisions on counted.candidate_no = decisions.candidate_no
    where decisions.decided_at <= stage.published_at
    group by counted.candidate_no
)

select
    counted.season_code,
    counted.candidate_no,
    counted.is_clear or let_through.decision_no is not null as is_passed,
    case
        when counted.is_clear then 'VETTING_CLEARED'
        when let_through.decision_no is not null then 'VETTING_BY_DECISION'
        when counted.has_adverse then 'VETTING_ADVERSE'
        when counted.has_unclear then 'VETTING_UNCLEAR'
        else 'VETTING_HOLD'
    end as reason_code,
    case when not counted.is_clear then let_through.decision_no end as decision_no
from counted
left join let_through on counted.candidate_no = let_through.candidate_no
