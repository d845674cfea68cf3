{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- docs/rules.md: somebody was admitted from a stage whose list is not published as of the season clock.
select
    results.candidate_no,
    results.stage_code
from {{ ref('sel_stage_results') }} as results
inner join {{ ref('sel_cutoffs') }} as cutoffs
    on
        results.season_code = cutoffs.season_code
        and results.stage_code = cutoffs.stage_code
        and results.track_code = cutoffs.track_code
where results.is_admitted and not cutoffs.is_published
