-- The calendar lint: days off among the days of the weekly lists and of the replies (Order §4.3, §4.4, A32).
with calendar as (
    select * from {{ ref('calendar') }}
    where event_code = 'intake'
),

days_off as (
    select * from {{ ref('int_calendar__days_off') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

list_days as (
    select * from {{ ref('int_vetting__list_days') }}
)

select
    calendar.season_code,
    'LIST_DAY_OFF' as finding_code,
    'vetting' as stage_code,
    'vetting' as event_code,
    days_off.day_on::timestamp as first_at_local,
    days_off.next_working_on::timestamp as second_at_local,
    calendar.stage_code as other_stage_code,
    calendar.event_code as other_event_code,
    null::bigint as count_hours
from calendar
inner join days_off
    on
        days_off.is_weekday
        and calendar.starts_local::date <= days_off.day_on
        and calendar.ends_local > days_off.day_on

union all

select
    list_days.season_code,
    'REPLY_DUE_ON_DAY_OFF' as finding_code,
    'vetting' as stage_code,
    'vetting' as event_code,
    list_days.list_on::timestamp as first_at_local,
    list_days.due_on::timestamp as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    null::bigint as count_hours
from list_days
inner join policy on list_days.season_code = policy.season_code
where list_days.due_on > list_days.list_on + policy.reply_days
