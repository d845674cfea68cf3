with source as (
    {{ latest_version(source('raw', 'platform__candidate_employers'), ['candidate_no', 'period_no']) }}
)

select
    candidate_no,
    period_no,
    employer_key,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
