with alerts as (
    select distinct
        season_code,
        candidate_no
    from {{ ref('fct_vetting_alerts') }}
),

stage_results as (
    select * from {{ ref('sel_stage_results') }}
),

cutoffs as (
    select * from {{ ref('sel_cutoffs') }}
    where is_published
)

select
    alerts.season_code,
    alerts.candidate_no,
    stage_results.stage_code,
    stage_results.stage_order,
    stage_results.status_code,
    stage_results.rank,
    stage_results.is_admitted as goes_on
from alerts
inner join stage_results on alerts.candidate_no = stage_results.candidate_no
inner join cutoffs
    on
        stage_results.season_code = cutoffs.season_code
        and stage_results.stage_code = cutoffs.stage_code
        and stage_results.track_code = cutoffs.track_code
