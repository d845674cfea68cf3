with source as (
    select * from {{ source('raw', 'registers__stop_list') }}
    where _received_at <= {{ as_of() }}
)

select
    person_key,
    stop_list_code,
    valid_from,
    valid_to,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq
from source
