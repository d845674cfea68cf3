{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §3.3, A39: a candidate stands at some stage in another track than the one chosen in the
-- registration.
select
    results.candidate_no,
    results.stage_code,
    results.track_code as track_of_stage,
    candidates.track_code as track_chosen
from {{ ref('sel_stage_results') }} as results
left join {{ ref('dim_candidates') }} as candidates on results.candidate_no = candidates.candidate_no
where candidates.track_code is null or results.track_code != candidates.track_code
