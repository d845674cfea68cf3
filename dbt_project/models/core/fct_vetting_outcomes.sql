with outcomes as (
    select * from {{ ref('int_vetting__outcomes') }}
)

select
    season_code,
    candidate_no,
    is_entrant,
    is_passed,
    reason_code,
    decision_no
from outcomes
