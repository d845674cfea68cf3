with source as (
    {{ latest_version(source('raw', 'agency__document_checks'), ['check_no']) }}
)

select
    check_no,
    document_id,
    candidate_no,
    checker_code,
    checked_at,
    result_code,
    remark_code,
    valid_until,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
