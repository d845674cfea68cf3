with checks as (
    select * from {{ ref('int_eligibility__checks') }}
)

select
    season_code,
    candidate_no,
    rule_code,
    rule_order,
    is_met,
    _batch_id
from checks
