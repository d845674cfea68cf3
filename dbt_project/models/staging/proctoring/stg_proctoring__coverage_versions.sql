with source as (
    select * from {{ source('raw', 'proctoring__coverage') }}
    where _received_at <= {{ as_of() }}
)

select
    sitting_id,
    is_inconclusive,
    run_id,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq
from source
