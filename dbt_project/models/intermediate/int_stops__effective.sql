-- Order §4.2, §4.5, A41: when an exclusion or a withdrawal takes effect, and when a reversal ends it.
with decisions as (
    select * from {{ ref('stg_agency__working_group_decisions') }}
),

withdrawals as (
    select * from {{ ref('stg_platform__withdrawals') }}
),

exclusions as (
    select
        excluded.candidate_no,
        excluded.decision_no,
        excluded.basis_code,
        excluded.stage_code as decided_stage_code,
        excluded.decided_at as starts_at,
        min(reversed.decided_at) as ends_at
    from decisions as excluded
    left join decisions as reversed
        on
            reversed.action_code = 'reverse'
            and excluded.candidate_no = reversed.candidate_no
            and excluded.decision_no = reversed.reversed_decision_no
            and excluded.decided_at <= reversed.decided_at
    where excluded.action_code = 'exclude'
    group by all
)

select
    candidate_no,
    'exclusion' as stop_code,
    decision_no,
    basis_code,
    decided_stage_code,
    starts_at,
    ends_at
from exclusions
union all
select
    candidate_no,
    'withdrawal' as stop_code,
    null as decision_no,
    null as basis_code,
    null as decided_stage_code,
    withdrawn_at as starts_at,
    null as ends_at
from withdrawals
