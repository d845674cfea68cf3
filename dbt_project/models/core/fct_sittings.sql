with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

sittings as (
    select * from {{ ref('stg_platform__sittings') }}
)

select
    accounts.season_code,
    sittings.sitting_id,
    sittings.candidate_no,
    sittings.stage_code,
    sittings.attempt_no,
    sittings.form_code,
    sittings.language_code,
    sittings.started_at,
    sittings.finished_at,
    sittings.ended_code,
    sittings._batch_id,
    sittings._received_at
from sittings
inner join accounts on sittings.candidate_no = accounts.candidate_no
