{{ config(meta={'dagster': {'ref': {'name': 'fct_proctoring_coverage'}}}) }}
-- A30: somebody goes on from a recorded stage, and nobody saw the sitting that counts, and no decision lets
-- the result count. Of provisional lists: one published by an act stands as it was made.
with policy as (
    select season_code
    from {{ ref('policy') }}
    where parameter_code = 'missing_video' and value = 'decision'
),

stages as (
    select * from {{ ref('dim_stages') }}
    where is_provisional
),

watched as (
    select
        coverage.season_code,
        coverage.stage_code
    from {{ ref('fct_proctoring_coverage') }} as coverage
    inner join stages
        on coverage.season_code = stages.season_code and coverage.stage_code = stages.stage_code
    where coverage._received_at <= stages.published_at
    group by coverage.season_code, coverage.stage_code
)

select
    results.candidate_no,
    results.stage_code,
    coverage.sitting_id
from {{ ref('sel_stage_results') }} as results
inner join policy on results.season_code = policy.season_code
inner join watched
    on results.season_code = watched.season_code and results.stage_code = watched.stage_code
inner join {{ ref('fct_proctoring_coverage') }} as coverage
    on results.candidate_no = coverage.candidate_no and results.stage_code = coverage.stage_code
left join {{ ref('fct_working_group_decisions') }} as decisions
    on
        coverage.decision_no = decisions.decision_no
        and coverage.candidate_no = decisions.candidate_no
        and decisions.action_code = 'accept_recording'
where
    results.is_admitted
    and coverage.is_counted
    and coverage.recording_state_code != 'seen'
    and decisions.decision_no is null
