with source as (
    {{ latest_version(source('raw', 'platform__documents'), ['document_id']) }}
)

select
    document_id,
    candidate_no,
    document_type_code,
    uploaded_at,
    education_level_code,
    has_annex,
    issuer_code,
    level_code,
    issued_on,
    valid_until,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
