-- Order §2: passed, or the first rule that is not met.
with checks as (
    select * from {{ ref('int_eligibility__checks') }}
),

rules as (
    select * from {{ ref('eligibility_rules') }}
)

select
    checks.season_code,
    checks.candidate_no,
    bool_and(checks.is_met) as is_passed,
    coalesce(
        arg_min(rules.reason_code, checks.rule_order) filter (where not checks.is_met), 'ELIGIBLE'
    ) as reason_code
from checks
inner join rules
    on checks.season_code = rules.season_code and checks.rule_code = rules.rule_code
group by checks.season_code, checks.candidate_no
