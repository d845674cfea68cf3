with works as (
    select * from {{ ref('fct_works_to_mark') }}
),

panels as (
    select * from {{ ref('fct_panels') }}
)

select
    works.season_code,
    works.stage_code,
    works.work_no,
    works.candidate_no,
    works.track_code,
    works.case_code,
    works.language_code,
    panels.outcome_code,
    panels.raters_expected,
    panels.count_seats,
    panels.count_whole,
    panels.count_outsiders,
    panels.points_apart,
    panels.is_disagreement,
    works.count_words,
    works.is_over_words,
    works.duration_seconds,
    works.is_over_time,
    panels.is_disagreement
    or works.is_over_words
    or works.is_over_time
    or panels.count_outsiders > 0 as is_flagged
from works
inner join panels
    on
        works.season_code = panels.season_code
        and works.stage_code = panels.stage_code
        and works.candidate_no = panels.candidate_no
