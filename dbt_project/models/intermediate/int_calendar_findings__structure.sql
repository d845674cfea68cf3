-- The calendar lint: lines that cannot be right by themselves.
with calendar as (
    select * from {{ ref('calendar') }}
),

stages as (
    select * from {{ ref('int_calendar__stages') }}
)

select
    season_code,
    'ENDS_BEFORE_START' as finding_code,
    stage_code,
    event_code,
    starts_local as first_at_local,
    ends_local as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    null::bigint as count_hours
from calendar
where ends_local <= starts_local

union all

select
    season_code,
    'OUTSIDE_SEASON' as finding_code,
    stage_code,
    event_code,
    starts_local as first_at_local,
    ends_local as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    null::bigint as count_hours
from calendar
where
    strftime(starts_local, '%Y') != season_code
    or strftime(ends_local - interval 1 second, '%Y') != season_code

union all

select
    season_code,
    'NOT_PUBLISHED' as finding_code,
    stage_code,
    'published' as event_code,
    null as first_at_local,
    null as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    null::bigint as count_hours
from stages
where published_local is null

union all

select
    calendar.season_code,
    'PUBLISHED_BEFORE_END' as finding_code,
    calendar.stage_code,
    calendar.event_code,
    stages.published_local as first_at_local,
    calendar.ends_local as second_at_local,
    calendar.stage_code as other_stage_code,
    'published' as other_event_code,
    null::bigint as count_hours
from calendar
inner join stages on calendar.season_code = stages.season_code and calendar.stage_code = stages.stage_code
where calendar.ends_local > stages.published_local
