-- Order §2: passed, or the first rule that is not met.
with checks as (
    select * from {{ ref('int_eligibility__checks') }}
)

select
    season_code,
    candidate_no,
    bool_and(is_met) as is_passed,
    coalesce(arg_min(reason_code, rule_order) filter (where not is_met), 'ELIGIBLE') as reason_code
from checks
group by season_code, candidate_no
