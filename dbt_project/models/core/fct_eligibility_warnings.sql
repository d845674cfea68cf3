with warnings as (
    select * from {{ ref('int_eligibility__warnings') }}
)

select
    season_code,
    candidate_no,
    warning_code,
    input_feed,
    input_id,
    warns_on,
    _batch_id
from warnings
