with source as (
    {{ latest_version(source('raw', 'proctoring__reviews'), ['review_id']) }}
)

select
    review_id,
    signal_id,
    sitting_id,
    review_round,
    reviewer_code,
    verdict_code,
    review_reason_code,
    reviewed_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
