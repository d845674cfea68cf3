with replies as (
    select * from {{ ref('int_vetting__replies_judged') }}
    where is_latest_version
)

select
    season_code,
    reply_no,
    candidate_no,
    list_no,
    asked_body_code as body_code,
    sender_body_code,
    replied_on,
    _received_at as received_at,
    heard_at,
    result_code,
    handling_code,
    is_late,
    is_corrected,
    count_versions::integer as count_versions,
    _batch_id
from replies
