-- Who employs an expert stays behind: it serves to find conflicts only (fct_expert_conflicts).
with experts as (
    select * from {{ ref('stg_academy__experts') }}
)

select
    season_code,
    expert_code,
    track_codes,
    capacity,
    is_available,
    _batch_id,
    _received_at
from experts
