-- Detects a decision `reverse` that names another `reverse`: it would have to bring back what that one ended,
-- and the rules know no such thing. The working group decides anew instead. One row per such decision.
{{ config(severity='error', meta={'dagster': {'ref': {'name': 'fct_working_group_decisions'}}}) }}

with decisions as (
    select * from {{ ref('fct_working_group_decisions') }}
)

select
    decisions.season_code,
    decisions.decision_no,
    decisions.candidate_no,
    decisions.reversed_decision_no
from decisions
inner join decisions as reversed on decisions.reversed_decision_no = reversed.decision_no
where decisions.action_code = 'reverse' and reversed.action_code = 'reverse'
