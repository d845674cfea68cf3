with source as (
    {{ latest_version(source('raw', 'platform__bookings'), ['booking_id']) }}
)

select
    booking_id,
    candidate_no,
    stage_code,
    slot_starts_at,
    slot_no,
    booked_at,
    is_auto_assigned,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
