with cases as (
    select * from {{ ref('fct_case_draws') }}
    where case_difference_code is not null
),

differences as (
    select * from {{ ref('case_differences') }}
)

select
    cases.season_code,
    cases.stage_code,
    cases.candidate_no,
    cases.drawn_case_code,
    cases.assigned_case_code,
    cases.solved_case_code,
    cases.case_difference_code,
    differences.text_kk,
    differences.text_ru,
    differences.text_en
from cases
inner join differences on cases.case_difference_code = differences.case_difference_code
