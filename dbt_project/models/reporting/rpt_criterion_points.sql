-- Every counted rater gave points for every criterion of the stage.
with panels as (
    select * from {{ ref('fct_panels') }}
    where outcome_code = 'VALID'
),

raters as (
    select * from {{ ref('fct_panel_raters') }}
    where is_counted
),

marks as (
    select * from {{ ref('fct_rater_marks') }}
),

criteria as (
    select * from {{ ref('stage_criteria') }}
),

summed as (
    select
        marks.season_code,
        marks.stage_code,
        marks.candidate_no,
        marks.criterion_code,
        sum(marks.points)::integer as criterion_points_sum,
        count(*)::integer as count_rated
    from marks
    inner join criteria
        on
            marks.season_code = criteria.season_code::varchar
            and marks.stage_code = criteria.stage_code
            and marks.criterion_code = criteria.criterion_code
    inner join raters
        on
            marks.season_code = raters.season_code
            and marks.stage_code = raters.stage_code
            and marks.candidate_no = raters.candidate_no
            and marks.rater_code = raters.rater_code
    group by marks.season_code, marks.stage_code, marks.candidate_no, marks.criterion_code
)

select
    summed.season_code,
    summed.stage_code,
    summed.candidate_no,
    summed.criterion_code,
    summed.criterion_points_sum,
    summed.count_rated,
    {{ points('summed.criterion_points_sum', 'summed.count_rated') }} as criterion_points
from summed
inner join panels
    on
        summed.season_code = panels.season_code
        and summed.stage_code = panels.stage_code
        and summed.candidate_no = panels.candidate_no
