{{ config(meta={'dagster': {'ref': {'name': 'fct_solutions'}}}, severity='warn') }}
-- Order §6.3: a work says that it is of another candidate than the sitting at which it was handed in.
select
    solutions.work_no,
    solutions.candidate_no as candidate_of_work,
    sittings.candidate_no as candidate_of_sitting
from {{ ref('fct_solutions') }} as solutions
inner join {{ ref('fct_sittings') }} as sittings on solutions.sitting_id = sittings.sitting_id
where solutions.candidate_no != sittings.candidate_no
