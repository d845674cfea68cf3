with outcomes as (
    select * from {{ ref('fct_vetting_outcomes') }}
    where is_entrant and not is_passed
),

states as (
    select * from {{ ref('fct_vetting_states') }}
    where not is_settled
),

requests as (
    select * from {{ ref('fct_vetting_requests') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
)

select
    states.season_code,
    states.candidate_no,
    candidates.track_code,
    outcomes.reason_code,
    states.body_code,
    states.addressee_body_code,
    states.state_at_close_code as state_code,
    states.list_no,
    states.sent_on,
    states.due_on,
    coalesce(requests.days_overdue, 0)::integer as days_overdue,
    outcomes.reason_code = 'VETTING_HOLD' as is_hold
from outcomes
inner join states on outcomes.candidate_no = states.candidate_no
inner join candidates on outcomes.candidate_no = candidates.candidate_no
left join requests on states.list_no = requests.list_no and states.candidate_no = requests.candidate_no
