{{ config(meta={'dagster': {'ref': {'name': 'fct_case_draws'}}}, severity='warn') }}
-- Order §6.3: the case of a candidate, on the platform or in the work, is not the one that the draw dealt.
select
    stage_code,
    candidate_no,
    drawn_case_code,
    assigned_case_code,
    solved_case_code
from {{ ref('fct_case_draws') }}
where case_difference_code is not null
