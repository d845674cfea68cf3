{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- A13: a late result was ranked with the others, or admitted below the published cut-off.
select
    results.candidate_no,
    results.stage_code
from {{ ref('sel_stage_results') }} as results
inner join {{ ref('sel_cutoffs') }} as cutoffs
    on
        results.season_code = cutoffs.season_code
        and results.stage_code = cutoffs.stage_code
        and results.track_code = cutoffs.track_code
where
    results.is_late
    and (
        results.rank is not null
        or results.status_code = 'admitted'
        or (
            results.status_code = 'supernumerary'
            and not cutoffs.is_shortfall
            and results.score_numerator * cutoffs.cutoff_denominator
            < cutoffs.cutoff_numerator * results.score_denominator
        )
    )
