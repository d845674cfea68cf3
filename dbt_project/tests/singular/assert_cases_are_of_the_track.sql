{{ config(meta={'dagster': {'ref': {'name': 'dim_cases'}}}, severity='warn') }}
-- Order §6.3: the case that a candidate solved is not one of the candidate's track.
select
    works.work_no,
    works.case_code,
    cases.track_code as track_of_case,
    candidates.track_code as track_of_candidate
from {{ ref('fct_works_to_mark') }} as works
inner join {{ ref('dim_cases') }} as cases
    on works.season_code = cases.season_code and works.case_code = cases.case_code
inner join {{ ref('dim_candidates') }} as candidates on works.candidate_no = candidates.candidate_no
where cases.track_code != candidates.track_code
