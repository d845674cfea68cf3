-- The calendar lint: sittings on days off, time for resits, time for marking (docs/rules.md).
with stages as (
    select * from {{ ref('int_calendar__stages') }}
),

claims as (
    select * from {{ ref('int_calendar__sitting_claims') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
)

select
    stages.season_code,
    'SITTING_ON_DAYS_OFF' as finding_code,
    stages.stage_code,
    'sitting' as event_code,
    stages.sitting_starts_local as first_at_local,
    claims.claims_until_local as second_at_local,
    null as other_stage_code,
    null as other_event_code,
    null::bigint as count_hours
from stages
inner join claims on stages.season_code = claims.season_code and stages.stage_code = claims.stage_code
where not claims.has_working_day

union all

-- a resit is sat and proctored after the last claim and before the next stage
select
    stages.season_code,
    'RESIT_TIME_SHORT' as finding_code,
    stages.stage_code,
    'sitting' as event_code,
    claims.claims_until_local as first_at_local,
    stages.next_sitting_starts_local as second_at_local,
    stages.next_stage_code as other_stage_code,
    'sitting' as other_event_code,
    date_sub('hour', claims.claims_until_local, stages.next_sitting_starts_local) as count_hours
from stages
inner join claims on stages.season_code = claims.season_code and stages.stage_code = claims.stage_code
where
    stages.next_sitting_starts_local - claims.claims_until_local
    < (stages.sitting_ends_local - stages.sitting_starts_local)
    + (stages.proctoring_ends_local - stages.proctoring_starts_local)

union all

-- works are marked after the sitting; other panels mark while they sit, or have their reports in the calendar
select
    stages.season_code,
    'MARKING_TIME_SHORT' as finding_code,
    stages.stage_code,
    'sitting' as event_code,
    stages.sitting_ends_local as first_at_local,
    stages.next_sitting_starts_local as second_at_local,
    stages.next_stage_code as other_stage_code,
    'sitting' as other_event_code,
    date_sub('hour', stages.sitting_ends_local, stages.next_sitting_starts_local) as count_hours
from stages
inner join policy on stages.season_code = policy.season_code
where
    stages.scoring_code = 'panel'
    and stages.raters_expected is not null
    and not stages.has_reports
    and stages.next_sitting_starts_local < stages.sitting_ends_local + to_days(policy.marking_min_days)
