with slots as (
    select * from {{ ref('stg_platform__slots') }}
)

select
    season_code,
    slot_no,
    stage_code,
    track_code,
    language_code,
    starts_at,
    ends_at,
    {{ local_date('starts_at') }} as slot_on,
    room_code,
    capacity,
    is_resit,
    cancelled_at,
    cancelled_at is not null as is_cancelled,
    _batch_id,
    _received_at
from slots
