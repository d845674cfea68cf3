-- The field of a work is the track of its case; of a case that the catalogue lacks, the candidate's.
with works as (
    select * from {{ ref('int_works__counted') }}
),

solutions as (
    select * from {{ ref('fct_solutions') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

cases as (
    select * from {{ ref('dim_cases') }}
)

select
    works.season_code,
    works.stage_code,
    works.work_no,
    works.candidate_no,
    coalesce(cases.track_code, candidates.track_code) as track_code,
    solutions.case_code,
    solutions.language_code,
    solutions.count_words,
    solutions.is_over_words,
    solutions.duration_seconds,
    solutions.is_over_time
from works
inner join solutions on works.work_no = solutions.work_no
inner join candidates on works.candidate_no = candidates.candidate_no
left join cases
    on works.season_code = cases.season_code and solutions.case_code = cases.case_code
