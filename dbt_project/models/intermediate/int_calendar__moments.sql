with calendar as (
    select * from {{ ref('calendar') }}
)

select
    season_code,
    stage_code,
    event_code,
    starts_local,
    ends_local,
    {{ utc_at('starts_local') }} as starts_at,
    {{ utc_at('ends_local') }} as ends_at
from calendar
