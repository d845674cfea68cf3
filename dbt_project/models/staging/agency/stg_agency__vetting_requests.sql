with source as (
    {{ latest_version(source('raw', 'agency__vetting_requests'), ['list_no', 'candidate_no']) }}
)

select
    list_no,
    body_code,
    candidate_no,
    sent_on,
    identity_key,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
