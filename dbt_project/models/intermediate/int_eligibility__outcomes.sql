-- Order §2: passed, or the first rule that is not met.
with checks as (
    select * from {{ ref('int_eligibility__checks') }}
),

reasons as (
    select * from (values ('SUBMITTED', 'REG_NOT_SUBMITTED'), ('COUNTED', 'ACCOUNT_SUPERSEDED'))
)

select
    checks.season_code,
    checks.candidate_no,
    bool_and(checks.is_met) as is_passed,
    coalesce(
        arg_min(coalesce(reasons.reason_code, checks.rule_code), checks.rule_order)
        filter (where not checks.is_met),
        'ELIGIBLE'
    ) as reason_code
from checks
left join reasons on checks.rule_code = reasons.rule_code
group by checks.season_code, checks.candidate_no
