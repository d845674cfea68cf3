with findings as (
    select * from {{ ref('int_eligibility__findings') }}
)

select
    season_code,
    candidate_no,
    rule_code,
    finding_code,
    input_feed,
    input_id,
    _batch_id,
    _row_number
from findings
