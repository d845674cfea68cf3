with source as (
    {{ latest_version(source('raw', 'agency__commission_marks'), ['candidate_no', 'member_code']) }}
)

select
    candidate_no,
    member_code,
    role_code,
    is_recused,
    points,
    session_on,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
