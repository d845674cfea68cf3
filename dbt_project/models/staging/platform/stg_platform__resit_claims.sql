with source as (
    {{ latest_version(source('raw', 'platform__resit_claims'), ['claim_id']) }}
)

select
    claim_id,
    candidate_no,
    stage_code,
    sitting_id,
    claimed_at,
    cause_code,
    has_certificate,
    decision_code,
    decided_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
