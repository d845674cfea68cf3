with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

claims as (
    select * from {{ ref('stg_platform__resit_claims') }}
)

select
    accounts.season_code,
    claims.claim_id,
    claims.candidate_no,
    claims.stage_code,
    claims.sitting_id,
    claims.claimed_at,
    claims.cause_code,
    claims.has_certificate,
    claims.decision_code,
    claims.decided_at,
    claims._batch_id,
    claims._received_at
from claims
inner join accounts on claims.candidate_no = accounts.candidate_no
