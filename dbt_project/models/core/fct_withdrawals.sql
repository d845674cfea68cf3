with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

withdrawals as (
    select * from {{ ref('stg_platform__withdrawals') }}
)

select
    accounts.season_code,
    withdrawals.withdrawal_id,
    withdrawals.candidate_no,
    withdrawals.withdrawn_at,
    withdrawals._batch_id,
    withdrawals._received_at
from withdrawals
inner join accounts on withdrawals.candidate_no = accounts.candidate_no
