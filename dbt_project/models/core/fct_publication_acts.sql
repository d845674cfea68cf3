-- A49: the acts of the ledger as they landed.
with acts as (
    select * from {{ ref('stg_publication__acts') }}
)

select
    act_no,
    season_code,
    stage_code,
    kind_code,
    version,
    acted_at,
    approved_by,
    decision_no,
    reason,
    count_rows::integer as count_rows,
    list_hash,
    drift_hash,
    code_version,
    seeds_hash,
    previous_hash,
    act_hash
from acts
