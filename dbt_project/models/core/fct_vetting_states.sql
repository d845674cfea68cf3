with states as (
    select * from {{ ref('int_vetting__states') }}
)

select
    season_code,
    candidate_no,
    body_code,
    addressee_body_code,
    state_code,
    state_at_close_code,
    is_settled,
    list_no,
    sent_on,
    due_on,
    replied_on,
    reply_no,
    sender_body_code,
    replied_on_at_close,
    reply_no_at_close,
    _batch_id
from states
