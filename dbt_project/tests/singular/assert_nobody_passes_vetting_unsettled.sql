{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §4.2, A31: somebody was admitted from vetting while the state of a body that must answer was not
-- settled.
select
    results.candidate_no,
    states.body_code,
    states.state_at_close_code
from {{ ref('sel_stage_results') }} as results
inner join {{ ref('fct_vetting_states') }} as states on results.candidate_no = states.candidate_no
where results.stage_code = 'vetting' and results.is_admitted and not states.is_settled
