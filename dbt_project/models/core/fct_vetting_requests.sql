with requests as (
    select * from {{ ref('int_vetting__request_states') }}
)

select
    season_code,
    list_no,
    candidate_no,
    body_code,
    addressee_body_code,
    sent_on,
    due_on,
    state_code,
    reply_no,
    replied_on,
    days_to_answer::integer as days_to_answer,
    is_late,
    is_overdue,
    days_overdue::integer as days_overdue,
    _batch_id
from requests
