with source as (
    {{ latest_version(source('raw', 'agency__national_decisions'), ['decision_no', 'candidate_no']) }}
)

select
    decision_no,
    candidate_no,
    decided_at,
    decision_code,
    override_by,
    override_reason,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
