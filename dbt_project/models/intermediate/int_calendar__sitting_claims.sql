-- Order §5.7, A15: until when a claim about the last day of a proctored sitting may come.
with stages as (
    select * from {{ ref('int_calendar__stages') }}
    where proctoring_starts_local is not null and sitting_starts_local < sitting_ends_local
),

days as (
    select * from {{ ref('int_calendar__days') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

sat as (
    select
        stages.season_code,
        stages.stage_code,
        bool_or(days.is_working) as has_working_day,
        max(days.working_day_no) as working_day_no
    from stages
    inner join days
        on days.day_on >= stages.sitting_starts_local::date and stages.sitting_ends_local > days.day_on
    group by stages.season_code, stages.stage_code
)

select
    sat.season_code,
    sat.stage_code,
    sat.has_working_day,
    due.day_on + interval 1 day - interval 1 second as claims_until_local
from sat
inner join policy on sat.season_code = policy.season_code
inner join days as due
    on due.is_working and sat.working_day_no + policy.claim_working_days = due.working_day_no
