-- The clock of vetting: its window, its publication, and where the season clock stands in them.
with moments as (
    select * from {{ ref('int_calendar__moments') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
    where stage_code = 'vetting'
),

vetting_window as (
    select * from moments
    where stage_code = 'vetting' and event_code = 'vetting'
),

intake as (
    select * from moments
    where event_code = 'intake'
),

non_working_days as (
    select * from {{ ref('non_working_days') }}
),

coming_days as (
    select
        unnest(
            generate_series(
                {{ local_date(as_of()) }} + interval 1 day,
                {{ local_date(as_of()) }} + interval 60 day,
                interval 1 day
            )
        )::date as day_on
),

next_day as (
    select min(coming_days.day_on) as day_on
    from coming_days
    left join non_working_days on coming_days.day_on = non_working_days.day_on
    where isodow(coming_days.day_on) < 6 and non_working_days.day_on is null
)

select
    stages.season_code,
    vetting_window.starts_local::date as first_day_on,
    -- the end is exclusive: the last day is that of the moment before it
    (vetting_window.ends_local - interval 1 microsecond)::date as last_day_on,
    vetting_window.ends_at as closes_at,
    vetting_window.ends_at <= {{ as_of() }} as is_over,
    (intake.ends_local - interval 1 microsecond)::date as intake_last_day_on,
    stages.published_at,
    stages.is_published,
    stages.deciding_at,
    {{ as_of() }} as clock_at,
    {{ local_date(as_of()) }} as today_on,
    next_day.day_on as next_working_day_on
from stages
cross join next_day
inner join vetting_window on stages.season_code = vetting_window.season_code
inner join intake on stages.season_code = intake.season_code
