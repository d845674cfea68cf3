with revisions as (
    select * from {{ ref('stg_agency__quota_revisions') }}
)

select
    season_code,
    decision_no,
    track_code,
    places,
    decided_at,
    limit_total,
    _batch_id,
    _received_at
from revisions
