with states as (
    select * from {{ ref('int_vetting__states') }}
)

select
    season_code,
    candidate_no,
    body_code,
    state_code,
    sender_body_code,
    replied_on,
    list_no,
    reply_no,
    _batch_id
from states
