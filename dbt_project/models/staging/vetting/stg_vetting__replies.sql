with source as (
    {{ latest_version(source('raw', 'vetting__replies'), ['reply_no', 'list_no', 'candidate_no']) }}
)

select
    reply_no,
    list_no,
    body_code,
    candidate_no,
    replied_on,
    result_code,
    ground_code,
    fact_on,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
