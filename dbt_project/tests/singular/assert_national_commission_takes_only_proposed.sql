{{ config(meta={'dagster': {'ref': {'name': 'rpt_reserve'}}}) }}
-- Order §9.1, A44: the National Commission enrolled somebody whom the Expert Commission did not propose, and
-- no override says who confirms that and why (with one, the person stands at the stage).
with decision_stages as (
    select * from {{ ref('stages') }}
    where admits_by_code = 'decision'
),

proposed as (
    select
        results.candidate_no,
        results.season_code
    from {{ ref('sel_stage_results') }} as results
    inner join decision_stages
        on
            results.season_code = decision_stages.season_code
            and results.stage_order = decision_stages.stage_order
)

select
    decisions.candidate_no,
    decisions.decision_no
from {{ ref('int_national_decisions__latest') }} as decisions
left join proposed
    on decisions.candidate_no = proposed.candidate_no and decisions.season_code = proposed.season_code
inner join decision_stages on decisions.season_code = decision_stages.season_code
inner join {{ ref('int_stages__clocked') }} as clocked
    on decision_stages.season_code = clocked.season_code and decision_stages.stage_code = clocked.stage_code
where decisions.decision_code = 'enrol' and proposed.candidate_no is null and clocked.is_published
