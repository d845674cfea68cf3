with cases as (
    select * from {{ ref('stg_academy__cases') }}
)

select
    season_code,
    case_code,
    track_code,
    case_title,
    _batch_id,
    _received_at
from cases
