-- Order §8.1, A47: the sessions and their preparation meetings, a week before; where nobody knows yet who
-- comes, the first working day on which it is known, within the calendar's time for preparation.
with turns as (
    select * from {{ ref('fct_commission_turns') }}
),

seats as (
    select
        season_code,
        stage_code,
        slot_on,
        track_code,
        room_code,
        count(*) filter (where role_code != 'observer')::integer as count_members,
        count(*) filter (where role_code = 'observer')::integer as count_observers
    from {{ ref('fct_commission_seats') }}
    group by all
),

stages as (
    select * from {{ ref('int_stages__bookable') }}
),

windows as (
    select
        season_code,
        stage_code,
        min(starts_local)::date as first_on
    from {{ ref('int_calendar__moments') }}
    where event_code = 'preparation'
    group by season_code, stage_code
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

scoring as (
    select * from {{ ref('stage_scoring') }}
),

sessions as (
    select
        turns.season_code,
        turns.stage_code,
        turns.slot_on,
        turns.track_code,
        turns.room_code,
        min(turns.starts_at) as starts_at,
        max(turns.ends_at) as ends_at,
        count(*)::integer as count_candidates,
        any_value(turns.slot_on - policy.preparation_days_before) as week_before_on,
        any_value({{ local_date('stages.listed_at') }}) as listed_on,
        any_value(windows.first_on) as window_first_on
    from turns
    inner join stages on turns.season_code = stages.season_code and turns.stage_code = stages.stage_code
    inner join policy on turns.season_code = policy.season_code
    left join windows on turns.season_code = windows.season_code and turns.stage_code = windows.stage_code
    group by turns.season_code, turns.stage_code, turns.slot_on, turns.track_code, turns.room_code
)

select
    sessions.season_code,
    sessions.stage_code,
    sessions.slot_on,
    sessions.track_code,
    sessions.room_code,
    sessions.starts_at,
    sessions.ends_at,
    sessions.count_candidates,
    coalesce(seats.count_members, 0) as count_members,
    coalesce(seats.count_observers, 0) as count_observers,
    scoring.quorum,
    coalesce(seats.count_members, 0) < scoring.quorum as is_below_quorum,
    sessions.week_before_on,
    sessions.week_before_on < sessions.listed_on as is_before_list,
    min(days.day_on) as preparation_on
from sessions
inner join scoring
    on sessions.season_code = scoring.season_code and sessions.stage_code = scoring.stage_code
left join seats
    on
        sessions.season_code = seats.season_code
        and sessions.stage_code = seats.stage_code
        and sessions.slot_on = seats.slot_on
        and sessions.track_code = seats.track_code
        and sessions.room_code = seats.room_code
left join {{ ref('int_calendar__days') }} as days
    on
        days.is_working
        and days.day_on >= greatest(sessions.week_before_on, sessions.listed_on, sessions.window_first_on)
group by all
