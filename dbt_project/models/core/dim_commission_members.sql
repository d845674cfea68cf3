with members as (
    select * from {{ ref('stg_agency__commission_members') }}
)

select
    season_code,
    member_code,
    role_code,
    track_codes,
    is_available,
    _batch_id,
    _received_at
from members
