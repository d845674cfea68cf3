with to_send as (
    select * from {{ ref('int_vetting__to_send') }}
)

select
    season_code,
    candidate_no,
    body_code,
    addressee_body_code,
    change_code,
    previous_list_no,
    _batch_id
from to_send
