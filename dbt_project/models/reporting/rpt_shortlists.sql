with stage_results as (
    select * from {{ ref('sel_stage_results') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

statuses as (
    select * from {{ ref('statuses') }}
)

select
    stage_results.season_code,
    stage_results.stage_code,
    stage_results.stage_order,
    stage_results.track_code,
    stage_results.candidate_no,
    row_number() over (
        partition by stage_results.season_code, stage_results.stage_code, stage_results.track_code
        order by stage_results.rank nulls last, statuses.status_order, stage_results.candidate_no
    )::integer as display_order,
    stage_results.rank,
    {{ points('stage_results.score_numerator', 'stage_results.score_denominator') }} as score_points,
    stage_results.score_numerator,
    stage_results.score_denominator,
    stage_results.status_code,
    stage_results.reason_code,
    stage_results.is_admitted,
    stage_results.is_at_cutoff,
    stage_results.decision_no,
    stage_results.paragraph,
    stage_results.policy_code,
    candidates.region_code,
    candidates.sex_code,
    candidates.age_band_code,
    candidates.employer_type_code,
    candidates.test_language_code
from stage_results
inner join candidates on stage_results.candidate_no = candidates.candidate_no
inner join statuses on stage_results.status_code = statuses.status_code
