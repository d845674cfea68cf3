-- A32: a list is to be answered so many days after it was sent, rolled to a working day. Of any day: a list
-- may be dated outside the season's calendar by mistake.
with policy as (
    select * from {{ ref('int_policy__by_season') }}
),

non_working_days as (
    select * from {{ ref('non_working_days') }}
),

sending_days as (
    select day_on as sent_on from {{ ref('int_calendar__days') }}
    union
    select sent_on from {{ ref('stg_agency__vetting_requests') }}
),

-- the day itself and those that it may give way to
candidates as (
    select
        policy.season_code,
        sending_days.sent_on,
        unnest(
            generate_series(
                (sending_days.sent_on + policy.reply_days)::timestamp,
                sending_days.sent_on + policy.reply_days + interval 60 day,
                interval 1 day
            )
        )::date as day_on
    from sending_days
    cross join policy
)

select
    candidates.season_code,
    candidates.sent_on,
    min(candidates.day_on) as due_on
from candidates
left join non_working_days on candidates.day_on = non_working_days.day_on
where isodow(candidates.day_on) < 6 and non_working_days.day_on is null
group by candidates.season_code, candidates.sent_on
