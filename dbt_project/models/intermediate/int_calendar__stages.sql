-- The seed calendar laid out by stage, with the stages before and after it; local moments.
with calendar as (
    select * from {{ ref('calendar') }}
),

stages as (
    select * from {{ ref('stages') }}
),

scoring as (
    select * from {{ ref('stage_scoring') }}
),

events as (
    select
        season_code,
        stage_code,
        min(starts_local) filter (where event_code = 'sitting') as sitting_starts_local,
        max(ends_local) filter (where event_code = 'sitting') as sitting_ends_local,
        min(starts_local) filter (where event_code = 'proctoring') as proctoring_starts_local,
        max(ends_local) filter (where event_code = 'proctoring') as proctoring_ends_local,
        min(starts_local) filter (where event_code = 'booking') as booking_starts_local,
        max(ends_local) filter (where event_code = 'booking') as booking_ends_local,
        bool_or(event_code = 'preparation') as has_preparation,
        bool_or(event_code = 'reports') as has_reports,
        min(starts_local) filter (where event_code = 'published') as published_local
    from calendar
    group by season_code, stage_code
),

placed as (
    select
        stages.season_code,
        stages.stage_code,
        stages.stage_order,
        stages.scoring_code,
        scoring.raters_expected,
        events.sitting_starts_local,
        events.sitting_ends_local,
        events.proctoring_starts_local,
        events.proctoring_ends_local,
        events.booking_starts_local,
        events.booking_ends_local,
        coalesce(events.has_preparation, false) as has_preparation,
        coalesce(events.has_reports, false) as has_reports,
        events.published_local
    from stages
    left join events on stages.season_code = events.season_code and stages.stage_code = events.stage_code
    left join scoring on stages.season_code = scoring.season_code and stages.stage_code = scoring.stage_code
)

select
    *,
    lag(stage_code) over by_order as previous_stage_code,
    lag(published_local) over by_order as previous_published_local,
    lead(stage_code) over by_order as next_stage_code,
    lead(sitting_starts_local) over by_order as next_sitting_starts_local
from placed
window by_order as (partition by season_code order by stage_order)
