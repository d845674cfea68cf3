with owed as (
    select * from {{ ref('fct_marks_owed') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
    where status_code = 'not_publishable'
),

panels as (
    select * from {{ ref('fct_panels') }}
),

stages as (
    select * from {{ ref('dim_stages') }}
),

kinds as (
    select * from {{ ref('owed_marks') }}
)

select
    owed.season_code,
    owed.stage_code,
    results.stage_order,
    results.track_code,
    owed.candidate_no,
    panels.work_no,
    owed.rater_code,
    owed.owed_mark_code,
    kinds.owed_order,
    kinds.text_kk,
    kinds.text_ru,
    kinds.text_en,
    owed.count_raters,
    owed.count_marks,
    owed.given_at,
    stages.published_at
from owed
inner join results
    on
        owed.season_code = results.season_code
        and owed.stage_code = results.stage_code
        and owed.candidate_no = results.candidate_no
inner join panels
    on
        owed.season_code = panels.season_code
        and owed.stage_code = panels.stage_code
        and owed.candidate_no = panels.candidate_no
inner join stages
    on owed.season_code = stages.season_code and owed.stage_code = stages.stage_code
inner join kinds on owed.owed_mark_code = kinds.owed_mark_code
