with source as (
    {{ latest_version(source('raw', 'platform__withdrawals'), ['withdrawal_id']) }}
)

select
    withdrawal_id,
    candidate_no,
    withdrawn_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
