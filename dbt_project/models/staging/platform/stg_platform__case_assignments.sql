with source as (
    {{ latest_version(source('raw', 'platform__case_assignments'), ['candidate_no']) }}
)

select
    candidate_no,
    case_code,
    track_code,
    assigned_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
