-- Order §1: events of the campaign against accounts opened and applications submitted, day by day.
with outreach as (
    select
        season_code,
        held_on as activity_on,
        count(*) as count_events,
        sum(count_reached) as count_reached
    from {{ ref('fct_outreach_events') }}
    group by season_code, held_on
),

registrations as (
    select
        season_code,
        submitted_on as activity_on,
        count(*) as count_registrations
    from {{ ref('dim_candidates') }}
    where submitted_on is not null and is_counted
    group by season_code, submitted_on
)

select
    coalesce(outreach.season_code, registrations.season_code) as season_code,
    coalesce(outreach.activity_on, registrations.activity_on) as activity_on,
    coalesce(outreach.count_events, 0)::integer as count_events,
    coalesce(outreach.count_reached, 0)::integer as count_reached,
    coalesce(registrations.count_registrations, 0)::integer as count_registrations
from outreach
full outer join registrations
    on outreach.season_code = registrations.season_code and outreach.activity_on = registrations.activity_on
