with source as (
    {{ latest_version(source('raw', 'platform__solutions'), ['work_no']) }}
)

select
    work_no,
    candidate_no,
    sitting_id,
    case_code,
    language_code,
    submitted_at,
    count_words,
    duration_seconds,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
