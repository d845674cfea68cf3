with source as (
    {{ latest_version(source('raw', 'platform__slots'), ['season_code', 'slot_no']) }}
)

select
    season_code,
    slot_no,
    stage_code,
    track_code,
    language_code,
    starts_at,
    ends_at,
    capacity,
    room_code,
    is_resit,
    cancelled_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
