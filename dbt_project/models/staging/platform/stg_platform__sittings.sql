with source as (
    {{ latest_version(source('raw', 'platform__sittings'), ['sitting_id']) }}
)

select
    sitting_id,
    candidate_no,
    stage_code,
    attempt_no,
    form_code,
    language_code,
    started_at,
    finished_at,
    ended_code,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
