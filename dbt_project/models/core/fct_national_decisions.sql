with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

decisions as (
    select * from {{ ref('stg_agency__national_decisions') }}
)

select
    accounts.season_code,
    decisions.decision_no,
    decisions.candidate_no,
    decisions.decided_at,
    decisions.decision_code,
    decisions.override_by,
    decisions.override_reason,
    decisions._batch_id,
    decisions._received_at
from decisions
inner join accounts on decisions.candidate_no = accounts.candidate_no
