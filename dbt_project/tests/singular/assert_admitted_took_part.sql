{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §3.2, A1, A18: somebody admitted from a scored stage has no sitting at it, or no score.
with scored_stages as (
    select * from {{ ref('dim_stages') }}
    where scoring_code != 'none'
),

attended as (
    select distinct
        candidate_no,
        stage_code
    from {{ ref('fct_sittings') }}
)

select
    results.candidate_no,
    results.stage_code
from {{ ref('sel_stage_results') }} as results
inner join scored_stages
    on results.season_code = scored_stages.season_code and results.stage_code = scored_stages.stage_code
left join attended
    on results.candidate_no = attended.candidate_no and results.stage_code = attended.stage_code
where results.is_admitted and (attended.candidate_no is null or results.score_denominator is null)
