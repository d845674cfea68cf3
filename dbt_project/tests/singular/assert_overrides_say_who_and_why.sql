{{ config(meta={'dagster': {'ref': {'name': 'rpt_reserve'}}}) }}
-- Order §9.1, A44: somebody is enrolled by an override, and the decision shown does not say who confirmed it
-- and why.
select
    results.candidate_no,
    results.decision_no
from {{ ref('sel_stage_results') }} as results
left join {{ ref('fct_national_decisions') }} as decisions
    on results.candidate_no = decisions.candidate_no and results.decision_no = decisions.decision_no
where
    results.reason_code = 'ENROLLED_BY_OVERRIDE'
    and (
        decisions.decision_code is distinct from 'enrol'
        or decisions.override_by is null
        or decisions.override_reason is null
    )
