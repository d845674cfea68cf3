{{ config(meta={'dagster': {'ref': {'name': 'fct_eligibility_findings'}}}) }}
-- Order §2, docs/rules.md: an unmet rule without a finding, which staff could not explain to the candidate,
-- or a finding of a rule that is met or was never asked.
with checks as (
    select * from {{ ref('fct_eligibility_checks') }}
),

findings as (
    select distinct
        season_code,
        candidate_no,
        rule_code
    from {{ ref('fct_eligibility_findings') }}
)

select
    coalesce(checks.season_code, findings.season_code) as season_code,
    coalesce(checks.candidate_no, findings.candidate_no) as candidate_no,
    coalesce(checks.rule_code, findings.rule_code) as rule_code
from checks
full join findings
    on
        checks.season_code = findings.season_code
        and checks.candidate_no = findings.candidate_no
        and checks.rule_code = findings.rule_code
where coalesce(checks.is_met, true) = (findings.rule_code is not null)
