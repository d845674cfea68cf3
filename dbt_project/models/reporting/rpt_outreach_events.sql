with outreach as (
    select * from {{ ref('fct_outreach_events') }}
)

select
    season_code,
    kind_code,
    organiser_code,
    audience_code,
    region_code,
    count(*)::integer as count_events,
    sum(count_reached)::integer as count_reached
from outreach
group by season_code, kind_code, organiser_code, audience_code, region_code
