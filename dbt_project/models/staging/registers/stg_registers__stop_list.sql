with source as (
    {{ latest_version(
        source('raw', 'registers__stop_list'),
        ['person_key', 'stop_list_code', 'valid_from']
    ) }}
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
    _landed_seq,
    _first_received_at
from source
