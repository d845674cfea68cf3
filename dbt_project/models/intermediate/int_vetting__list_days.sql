-- Order §4.3: the days on which lists are drawn up: the first working day of each week of vetting, and the
-- first one after the intake closes.
with days as (
    select * from {{ ref('int_calendar__days') }}
    where is_working
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

due_days as (
    select * from {{ ref('int_vetting__due_days') }}
),

weekly as (
    select
        clock.season_code,
        min(days.day_on) as list_on
    from days
    inner join clock on days.day_on between clock.first_day_on and clock.last_day_on
    group by clock.season_code, date_trunc('week', days.day_on)
),

after_intake as (
    select
        clock.season_code,
        min(days.day_on) as list_on
    from days
    inner join clock on days.day_on > clock.intake_last_day_on
    group by clock.season_code
),

united as (
    select * from weekly
    union
    select * from after_intake
)

select
    united.season_code,
    united.list_on,
    due_days.due_on,
    after_intake.list_on is not null as is_after_intake
from united
left join after_intake
    on united.season_code = after_intake.season_code and united.list_on = after_intake.list_on
left join due_days on united.season_code = due_days.season_code and united.list_on = due_days.sent_on
