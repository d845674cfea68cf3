-- Order §9.1: the National Commission's last word on a candidate.
with decisions as (
    select * from {{ ref('stg_agency__national_decisions') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
)

select
    accounts.season_code,
    decisions.candidate_no,
    decisions.decision_no,
    decisions.decision_code,
    decisions.decided_at,
    -- A44: somebody says who confirms it, and why
    decisions.decision_code = 'enrol'
    and decisions.override_by is not null
    and decisions.override_reason is not null as is_override
from decisions
inner join accounts on decisions.candidate_no = accounts.candidate_no
qualify row_number() over (
    partition by decisions.candidate_no
    order by decisions.decided_at desc, decisions.decision_no desc
) = 1
