-- A20: when each expert's set of marks was whole in the system, when the work's panel was complete, and from
-- when on its marks are locked: then, or with the stage's list if that is earlier.
with versions as (
    select * from {{ ref('stg_platform__expert_mark_versions') }}
),

works as (
    select * from {{ ref('int_works__counted') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

criteria as (
    select * from {{ ref('stage_criteria') }}
),

criteria_counts as (
    select
        season_code,
        stage_code,
        count(*) as count_criteria
    from criteria
    group by season_code, stage_code
),

first_marks as (
    select
        works.season_code,
        works.stage_code,
        works.candidate_no,
        works.work_no,
        versions.expert_code,
        versions.criterion_code,
        min(versions._received_at) as first_received_at
    from versions
    inner join works on versions.work_no = works.work_no
    group by
        works.season_code,
        works.stage_code,
        works.candidate_no,
        works.work_no,
        versions.expert_code,
        versions.criterion_code
),

sets as (
    select
        first_marks.season_code,
        first_marks.stage_code,
        first_marks.candidate_no,
        first_marks.work_no,
        first_marks.expert_code,
        case
            when count(criteria.criterion_code) = any_value(criteria_counts.count_criteria)
                then max(first_marks.first_received_at) filter (where criteria.criterion_code is not null)
        end as whole_at
    from first_marks
    inner join criteria_counts
        on
            first_marks.season_code = criteria_counts.season_code
            and first_marks.stage_code = criteria_counts.stage_code
    left join criteria
        on
            first_marks.season_code = criteria.season_code
            and first_marks.stage_code = criteria.stage_code
            and first_marks.criterion_code = criteria.criterion_code
    group by
        first_marks.season_code,
        first_marks.stage_code,
        first_marks.candidate_no,
        first_marks.work_no,
        first_marks.expert_code
),

ordered as (
    select
        *,
        row_number() over (partition by work_no order by whole_at asc nulls last, expert_code asc)
            as set_order
    from sets
),

panels as (
    select
        ordered.work_no,
        max(ordered.whole_at) as panel_complete_at
    from ordered
    inner join {{ ref('stage_scoring') }} as scoring
        on ordered.season_code = scoring.season_code and ordered.stage_code = scoring.stage_code
    where ordered.set_order = scoring.raters_expected
    group by ordered.work_no
)

select
    ordered.season_code,
    ordered.stage_code,
    ordered.candidate_no,
    ordered.work_no,
    ordered.expert_code,
    ordered.whole_at,
    panels.panel_complete_at,
    least(panels.panel_complete_at, stages.published_at) as locked_at
from ordered
inner join stages
    on ordered.season_code = stages.season_code and ordered.stage_code = stages.stage_code
left join panels on ordered.work_no = panels.work_no
