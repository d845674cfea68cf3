with outreach_events as (
    select * from {{ ref('stg_outreach__events') }}
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
    _received_at
from outreach_events
