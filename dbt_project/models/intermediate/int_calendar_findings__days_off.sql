-- The calendar lint: last days and publications on days off, with the next working day (A46).
with calendar as (
    select * from {{ ref('calendar') }}
),

policy as (
    select * from {{ ref('policy') }}
    where suffix(parameter_code, '_hard_stop_on')
),

days_off as (
    select * from {{ ref('int_calendar__days_off') }}
),

-- the last day by which candidates, bodies or the Commission must have acted
last_days as (
    select
        season_code,
        stage_code,
        event_code,
        (ends_local - interval 1 second)::date as day_on
    from calendar
    where event_code in ('intake', 'vetting')
    union all
    select
        season_code,
        replace(parameter_code, '_hard_stop_on', '') as stage_code,
        'sitting' as event_code,
        value::date as day_on
    from policy
)

select
    last_days.season_code,
    'DEADLINE_ON_DAY_OFF' as finding_code,
    last_days.stage_code,
    last_days.event_code,
    last_days.day_on::timestamp as first_at_local,
    days_off.next_working_on::timestamp as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    null::bigint as count_hours
from last_days
inner join days_off on last_days.day_on = days_off.day_on

union all

select
    calendar.season_code,
    'PUBLISHED_ON_DAY_OFF' as finding_code,
    calendar.stage_code,
    calendar.event_code,
    calendar.starts_local as first_at_local,
    days_off.next_working_on::timestamp as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    null::bigint as count_hours
from calendar
inner join days_off on calendar.starts_local::date = days_off.day_on
where calendar.event_code = 'published'
