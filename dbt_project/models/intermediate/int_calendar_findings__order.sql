-- The calendar lint: what would have to happen before that on which it rests (Order §7.4, §8.1, A47).
with stages as (
    select * from {{ ref('int_calendar__stages') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

planned as (
    select
        stages.*,
        stages.sitting_starts_local - to_days(policy.preparation_days_before) as preparation_due_local,
        greatest(stages.booking_starts_local, stages.previous_published_local) as booking_opens_local,
        policy.booking_min_hours
    from stages
    inner join policy on stages.season_code = policy.season_code
)

select
    season_code,
    'PREPARATION_BEFORE_LIST' as finding_code,
    stage_code,
    'preparation' as event_code,
    preparation_due_local as first_at_local,
    previous_published_local as second_at_local,
    previous_stage_code as other_stage_code,
    'published' as other_event_code,
    date_sub('hour', preparation_due_local, previous_published_local) as count_hours
from planned
where has_preparation and preparation_due_local < previous_published_local

union all

select
    season_code,
    'BOOKING_TOO_SHORT' as finding_code,
    stage_code,
    'booking' as event_code,
    booking_opens_local as first_at_local,
    booking_ends_local as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    date_sub('hour', booking_opens_local, booking_ends_local) as count_hours
from planned
where booking_ends_local < booking_opens_local + to_hours(booking_min_hours)

union all

select
    season_code,
    'STARTS_BEFORE_LIST' as finding_code,
    stage_code,
    'booking' as event_code,
    booking_starts_local as first_at_local,
    previous_published_local as second_at_local,
    previous_stage_code as other_stage_code,
    'published' as other_event_code,
    date_sub('hour', booking_starts_local, previous_published_local) as count_hours
from planned
where booking_starts_local < previous_published_local

union all

select
    season_code,
    'STARTS_BEFORE_LIST' as finding_code,
    stage_code,
    'sitting' as event_code,
    sitting_starts_local as first_at_local,
    previous_published_local as second_at_local,
    previous_stage_code as other_stage_code,
    'published' as other_event_code,
    date_sub('hour', sitting_starts_local, previous_published_local) as count_hours
from planned
where sitting_starts_local < previous_published_local
