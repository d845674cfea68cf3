with source as (
    {{ latest_version(source('raw', 'academy__cases'), ['season_code', 'case_code']) }}
)

select
    season_code,
    case_code,
    track_code,
    case_title,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
