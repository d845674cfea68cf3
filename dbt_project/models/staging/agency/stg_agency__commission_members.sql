with source as (
    {{ latest_version(source('raw', 'agency__commission_members'), ['season_code', 'member_code']) }}
)

select
    season_code,
    member_code,
    role_code,
    track_codes,
    is_available,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
