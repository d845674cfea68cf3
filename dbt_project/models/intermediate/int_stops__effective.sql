-- Order §4.2, §4.5, A40, A41: when an exclusion or a withdrawal takes effect, and when a reversal ends it.
-- It holds for every account of the person: nobody comes back under another number.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code = 'exclude'
),

withdrawals as (
    select * from {{ ref('stg_platform__withdrawals') }}
),

stops as (
    select
        candidate_no,
        'exclusion' as stop_code,
        decision_no,
        basis_code,
        stage_code as decided_stage_code,
        decided_at as starts_at,
        ends_at,
        reversing_decision_no
    from decisions
    union all
    select
        candidate_no,
        'withdrawal' as stop_code,
        null as decision_no,
        null as basis_code,
        null as decided_stage_code,
        withdrawn_at as starts_at,
        null as ends_at,
        null as reversing_decision_no
    from withdrawals
)

select
    accounts.candidate_no,
    stops.candidate_no as stopped_candidate_no,
    stops.stop_code,
    stops.decision_no,
    stops.basis_code,
    stops.decided_stage_code,
    stops.starts_at,
    stops.ends_at,
    stops.reversing_decision_no
from stops
inner join accounts as named on stops.candidate_no = named.candidate_no
inner join accounts
    on named.season_code = accounts.season_code and named.person_key = accounts.person_key
