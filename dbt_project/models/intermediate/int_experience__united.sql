-- Order §2.6, A36: employment as the union of its intervals up to the day of submission, overlaps once.
with employment_periods as (
    select * from {{ ref('stg_platform__employment_periods') }}
),

submissions as (
    select * from {{ ref('int_submissions__latest') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

intervals as (
    select
        submissions.season_code,
        submissions.candidate_no,
        submissions.submitted_on,
        employment_periods.started_on,
        least(coalesce(employment_periods.ended_on, submissions.submitted_on), submissions.submitted_on)
            as ended_on
    from employment_periods
    inner join submissions on employment_periods.candidate_no = submissions.candidate_no
    where employment_periods.started_on <= submissions.submitted_on
),

-- the part of each interval that no earlier one has covered
fresh as (
    select
        *,
        greatest(
            started_on,
            coalesce(
                max(ended_on) over (
                    partition by candidate_no
                    order by started_on, ended_on
                    rows between unbounded preceding and 1 preceding
                ) + 1,
                started_on
            )
        ) as fresh_from
    from intervals
),

totals as (
    select
        season_code,
        candidate_no,
        submitted_on,
        sum(greatest(ended_on - fresh_from + 1, 0))::integer as experience_days
    from fresh
    group by season_code, candidate_no, submitted_on
)

select
    totals.season_code,
    totals.candidate_no,
    totals.experience_days,
    -- gaps closed up, so that the calendar decides how many days the years have
    (totals.submitted_on + 1 - totals.experience_days) + to_years(policy.experience_min_years)
    <= totals.submitted_on + 1 as is_long_enough
from totals
inner join policy on totals.season_code = policy.season_code
