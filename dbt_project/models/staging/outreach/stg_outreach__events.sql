with source as (
    {{ latest_version(source('raw', 'outreach__events'), ['event_id']) }}
)

select
    season_code,
    event_id,
    kind_code,
    region_code,
    organiser_code,
    audience_code,
    held_on,
    language_code,
    count_reached,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
