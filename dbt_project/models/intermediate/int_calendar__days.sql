-- Working days: Monday to Friday less the official days off (Order §5.7 and A15 count in them).
with calendar as (
    select * from {{ ref('calendar') }}
),

non_working_days as (
    select * from {{ ref('non_working_days') }}
),

span as (
    select
        min(starts_local)::date as first_on,
        (max(starts_local) + interval 60 day)::date as last_on
    from calendar
),

days as (
    select unnest(generate_series(first_on, last_on, interval 1 day))::date as day_on
    from span
),

flagged as (
    select
        days.day_on,
        isodow(days.day_on) < 6 and non_working_days.day_on is null as is_working
    from days
    left join non_working_days on days.day_on = non_working_days.day_on
)

select
    day_on,
    is_working,
    -- number of working days up to and including this day: adding to it walks the working calendar
    count(*) filter (where is_working) over (order by day_on) as working_day_no
from flagged
