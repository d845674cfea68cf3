with alerts as (
    select * from {{ ref('int_vetting__alerts') }}
)

select
    season_code,
    candidate_no,
    alert_code,
    body_code,
    list_no,
    reply_no,
    replied_on,
    heard_at as received_at,
    is_open,
    closed_by_decision_no,
    _batch_id
from alerts
