-- Order §2: accounts and applications hour by hour, local time; the hours of the intake without any too.
with candidates as (
    select * from {{ ref('dim_candidates') }}
),

intakes as (
    select
        season_code,
        starts_local,
        least(ends_local - to_hours(1), date_trunc('hour', {{ local_at(as_of()) }})) as last_hour_local
    from {{ ref('calendar') }}
    where event_code = 'intake'
),

happened as (
    select
        season_code,
        unnest(generate_series(starts_local, last_hour_local, to_hours(1))) as activity_hour_local,
        0 as opened,
        0 as submitted,
        0 as registered,
        0 as completed
    from intakes
    union all by name
    select
        season_code,
        date_trunc('hour', {{ local_at('registered_at') }}) as activity_hour_local,
        1 as opened,
        0 as submitted,
        0 as registered,
        0 as completed
    from candidates
    union all by name
    select
        season_code,
        date_trunc('hour', {{ local_at('submitted_at') }}) as activity_hour_local,
        0 as opened,
        1 as submitted,
        is_counted::integer as registered,
        (is_counted and is_complete)::integer as completed
    from candidates
    where submitted_at is not null
),

hours as (
    select
        season_code,
        activity_hour_local,
        sum(opened) as count_accounts,
        sum(submitted) as count_submitted,
        sum(registered) as count_registrations,
        sum(completed) as count_complete
    from happened
    group by season_code, activity_hour_local
)

select
    season_code,
    activity_hour_local,
    count_accounts::integer as count_accounts,
    count_registrations::integer as count_registrations,
    count_complete::integer as count_complete,
    (sum(count_accounts) over so_far)::integer as count_accounts_so_far,
    (sum(count_registrations) over so_far)::integer as count_registrations_so_far,
    (sum(count_complete) over so_far)::integer as count_complete_so_far,
    (sum(count_accounts - count_submitted) over so_far)::integer as count_drafts
from hours
window so_far as (partition by season_code order by activity_hour_local)
