with source as (
    select * from {{ source('raw', 'platform__expert_marks') }}
    where _received_at <= {{ as_of() }}
)

select
    work_no,
    expert_code,
    criterion_code,
    points,
    marked_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq
from source
