{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §5.1, A28: a result was annulled for a violation, and the decision shown is no exclusion for a
-- violation at that stage: neither a model nor a reviewer excludes anybody.
with decisions as (
    select * from {{ ref('fct_working_group_decisions') }}
    where action_code = 'exclude' and basis_code = 'proctoring_violation'
)

select
    results.candidate_no,
    results.stage_code,
    results.decision_no
from {{ ref('sel_stage_results') }} as results
left join decisions
    on results.decision_no = decisions.decision_no and results.stage_code = decisions.stage_code
where results.reason_code = 'ANNULLED_PROCTORING' and decisions.decision_no is null
