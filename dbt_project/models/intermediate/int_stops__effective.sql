-- Order §4.2, §4.5, A41: when an exclusion or a withdrawal takes effect, and when a reversal ends it.
with decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code = 'exclude'
),

withdrawals as (
    select * from {{ ref('stg_platform__withdrawals') }}
)

select
    candidate_no,
    'exclusion' as stop_code,
    decision_no,
    basis_code,
    stage_code as decided_stage_code,
    decided_at as starts_at,
    ends_at
from decisions
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
