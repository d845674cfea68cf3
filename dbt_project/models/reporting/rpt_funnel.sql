with stage_results as (
    select * from {{ ref('sel_stage_results') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
)

select
    stage_results.season_code,
    stage_results.stage_code,
    stage_results.stage_order,
    stage_results.track_code,
    candidates.region_code,
    candidates.sex_code,
    candidates.age_band_code,
    candidates.employer_type_code,
    candidates.test_language_code,
    count(*)::integer as count_entered,
    -- A1, A18: a participant has a valid result, or passed through a stage without a score
    count(*) filter (
        where stage_results.status_code in ('admitted', 'supernumerary', 'not_admitted')
    )::integer
        as count_participated,
    count(*) filter (where stage_results.is_admitted)::integer as count_admitted,
    count(*) filter (where stage_results.status_code = 'not_admitted')::integer as count_not_admitted,
    count(*) filter (where stage_results.status_code = 'absent')::integer as count_absent,
    count(*) filter (where stage_results.status_code = 'annulled')::integer as count_annulled,
    count(*) filter (where stage_results.status_code = 'excluded')::integer as count_excluded,
    count(*) filter (where stage_results.status_code = 'withdrawn')::integer as count_withdrawn,
    count(*) filter (
        where stage_results.status_code in ('pending', 'pending_resit', 'not_publishable')
    )::integer
        as count_pending
from stage_results
inner join candidates on stage_results.candidate_no = candidates.candidate_no
group by
    stage_results.season_code,
    stage_results.stage_code,
    stage_results.stage_order,
    stage_results.track_code,
    candidates.region_code,
    candidates.sex_code,
    candidates.age_band_code,
    candidates.employer_type_code,
    candidates.test_language_code
