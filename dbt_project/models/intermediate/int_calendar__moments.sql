with calendar as (
    select * from {{ ref('calendar') }}
)

select
    season_code,
    stage_code,
    event_code,
    starts_at as starts_local,
    ends_at as ends_local,
    {{ utc_at('starts_at') }} as starts_at,
    {{ utc_at('ends_at') }} as ends_at
from calendar
