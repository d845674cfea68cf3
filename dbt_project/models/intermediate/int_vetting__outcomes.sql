-- Order §4.2, A31, A33: passed when what every body had said at close is clear or covered by a decision; no
-- reply is never clear.
with states as (
    select * from {{ ref('int_vetting__states') }}
),

eligibility as (
    select * from {{ ref('int_eligibility__outcomes') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

stops as (
    select * from {{ ref('int_stops__by_stage') }}
),

-- whom the list of vetting cannot hold: stopped there, or before
stopped as (
    select distinct stops.candidate_no
    from stops
    inner join stages
        on stops.season_code = stages.season_code and stops.stage_code = stages.stage_code
    inner join stages as vetting
        on stages.season_code = vetting.season_code and vetting.stage_code = 'vetting'
    where stages.stage_order <= vetting.stage_order
),

counted as (
    select
        season_code,
        candidate_no,
        bool_and(is_settled) as is_passed,
        bool_and(state_at_close_code = 'clear') as is_clear,
        bool_or(not is_settled and state_at_close_code = 'adverse') as has_adverse,
        bool_or(not is_settled and state_at_close_code = 'unclear') as has_unclear,
        arg_max(decision_no, (decided_at, decision_no)) filter (where decision_no is not null) as decision_no
    from states
    group by season_code, candidate_no
)

select
    counted.season_code,
    counted.candidate_no,
    coalesce(eligibility.is_passed, false) and stopped.candidate_no is null as is_entrant,
    counted.is_passed,
    case
        when counted.is_clear then 'VETTING_CLEARED'
        when counted.is_passed then 'VETTING_BY_DECISION'
        when counted.has_adverse then 'VETTING_ADVERSE'
        when counted.has_unclear then 'VETTING_UNCLEAR'
        else 'VETTING_HOLD'
    end as reason_code,
    case when counted.is_passed and not counted.is_clear then counted.decision_no end as decision_no
from counted
left join eligibility on counted.candidate_no = eligibility.candidate_no
left join stopped on counted.candidate_no = stopped.candidate_no
