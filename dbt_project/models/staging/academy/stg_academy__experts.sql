with source as (
    {{ latest_version(source('raw', 'academy__experts'), ['season_code', 'expert_code']) }}
)

select
    season_code,
    expert_code,
    track_codes,
    capacity,
    employer_key,
    is_available,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
