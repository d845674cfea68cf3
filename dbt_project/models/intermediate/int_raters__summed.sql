-- §6.6, A23: what one rater gave one candidate: a whole set of criteria, or not.
with marks as (
    select * from {{ ref('int_panel_marks__unioned') }}
),

criteria as (
    select * from {{ ref('stage_criteria') }}
),

scoring as (
    select * from {{ ref('stage_scoring') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

criteria_counts as (
    select
        season_code,
        stage_code,
        count(*) as count_criteria
    from criteria
    group by season_code, stage_code
),

raters as (
    select
        marks.season_code,
        marks.stage_code,
        marks.candidate_no,
        marks.rater_code,
        bool_or(marks.is_recused) as is_recused,
        bool_or(marks.is_observer) as is_observer,
        sum(marks.points) filter (where criteria.criterion_code is not null) as points_sum,
        count(marks.points) filter (where criteria.criterion_code is not null) as count_points,
        max(marks.marked_at) filter (where criteria.criterion_code is not null) as marked_at,
        max(marks.known_at) filter (where criteria.criterion_code is not null) as known_at
    from marks
    left join criteria
        on
            marks.season_code = criteria.season_code
            and marks.stage_code = criteria.stage_code
            and marks.criterion_code = criteria.criterion_code
    group by marks.season_code, marks.stage_code, marks.candidate_no, marks.rater_code
),

ordered as (
    select
        raters.*,
        criteria_counts.count_criteria,
        raters.count_points = criteria_counts.count_criteria as is_whole,
        scoring.raters_expected,
        scoring.raters_accepted_by_decision,
        scoring.quorum,
        row_number() over (
            partition by raters.season_code, raters.stage_code, raters.candidate_no
            order by
                raters.count_points = criteria_counts.count_criteria desc,
                case when policy.counted_marks_code = 'last_three' then null else raters.marked_at end asc,
                case when policy.counted_marks_code = 'last_three' then null else raters.rater_code end asc,
                raters.marked_at desc,
                raters.rater_code desc
        ) as rater_order
    from raters
    inner join criteria_counts
        on
            raters.season_code = criteria_counts.season_code
            and raters.stage_code = criteria_counts.stage_code
    inner join scoring
        on raters.season_code = scoring.season_code and raters.stage_code = scoring.stage_code
    left join policy on raters.season_code = policy.season_code
    -- A26: the observer has no mark, the recused are no part of the panel
    where not raters.is_recused and not raters.is_observer
)

select
    season_code,
    stage_code,
    candidate_no,
    rater_code,
    points_sum,
    count_points::integer as count_points,
    known_at,
    count_criteria::integer as count_criteria,
    is_whole,
    -- A20: a panel of fixed size counts its first whole sets, or the last by policy; an open one everybody's
    is_whole and rater_order <= coalesce(raters_expected, rater_order) as is_counted,
    raters_expected,
    raters_accepted_by_decision,
    quorum
from ordered
