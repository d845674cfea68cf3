-- Marks that stand: of raters who are neither recused nor observers (A26).
with marks as (
    select * from {{ ref('fct_rater_marks') }}
    where not is_recused and not is_observer and points is not null
),

results as (
    select * from {{ ref('sel_stage_results') }}
)

select
    marks.season_code,
    marks.stage_code,
    results.track_code,
    marks.criterion_code,
    marks.points,
    count(*)::integer as count_given
from marks
inner join results
    on
        marks.season_code = results.season_code
        and marks.stage_code = results.stage_code
        and marks.candidate_no = results.candidate_no
group by marks.season_code, marks.stage_code, results.track_code, marks.criterion_code, marks.points
