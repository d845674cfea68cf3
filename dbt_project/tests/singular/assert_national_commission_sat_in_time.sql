{{ config(meta={'dagster': {'ref': {'name': 'rpt_reserve'}}}, severity='warn') }}
-- Order §9, A46: the National Commission decided on or after the day before which it must.
select
    decisions.candidate_no,
    decisions.decision_no,
    decisions.decided_at
from {{ ref('int_national_decisions__latest') }} as decisions
inner join {{ ref('policy') }} as policy
    on
        decisions.season_code = policy.season_code
        and policy.parameter_code = 'national_commission_hard_stop_on'
where {{ local_date('decisions.decided_at') }} >= policy.value::date
