{{ config(meta={'dagster': {'ref': {'name': 'rpt_funnel'}}}) }}
-- Reporting: the funnel's parts do not add up to those who entered, or differ from the selection.
with funnel as (
    select
        season_code,
        stage_code,
        track_code,
        sum(count_entered) as count_entered,
        sum(
            count_admitted + count_not_admitted + count_absent + count_annulled
            + count_excluded + count_withdrawn + count_pending
        ) as count_parts,
        sum(count_admitted) as count_admitted
    from {{ ref('rpt_funnel') }}
    group by season_code, stage_code, track_code
)

select
    cutoffs.season_code,
    cutoffs.stage_code,
    cutoffs.track_code
from {{ ref('sel_cutoffs') }} as cutoffs
left join funnel
    on
        cutoffs.season_code = funnel.season_code
        and cutoffs.stage_code = funnel.stage_code
        and cutoffs.track_code = funnel.track_code
where
    coalesce(funnel.count_entered, 0) != cutoffs.count_entered
    or coalesce(funnel.count_parts, 0) != cutoffs.count_entered
    or coalesce(funnel.count_admitted, 0) != cutoffs.count_admitted + cutoffs.count_supernumerary
