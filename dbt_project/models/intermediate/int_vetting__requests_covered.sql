-- A31, A33: what bodies say against a candidate, and which decisions in force as of the season clock cover
-- it: nobody decides on what was not said or has not arrived.
with requests as (
    select * from {{ ref('int_vetting__request_states') }}
    where state_code in ('adverse', 'unclear')
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code in ('keep', 'admit_conditionally')
)

select
    requests.season_code,
    requests.list_no,
    requests.candidate_no,
    -- it covered the reply when the list was made, and still does
    bool_or(decisions.decided_at <= clock.deciding_at) as is_covered_when_settled,
    arg_max(decisions.decision_no, (decisions.decided_at, decisions.decision_no)) filter (
        where decisions.action_code = 'keep'
    ) as keep_decision_no
from requests
inner join clock on requests.season_code = clock.season_code
inner join decisions
    on
        requests.candidate_no = decisions.candidate_no
        and clock.clock_at >= decisions.decided_at
        and (decisions.ends_at is null or clock.clock_at < decisions.ends_at)
        and requests.heard_at <= decisions.decided_at
        and requests.replied_on <= {{ local_date('decisions.decided_at') }}
where decisions.action_code = 'keep' or requests.state_code = 'unclear'
group by requests.season_code, requests.list_no, requests.candidate_no
