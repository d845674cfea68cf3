with source as (
    {{ latest_version(source('raw', 'platform__answers'), ['sitting_id', 'item_no']) }}
)

select
    sitting_id,
    item_no,
    chosen_option_code,
    response_seconds,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
