with feeds as (
    select * from {{ ref('fct_feeds') }}
)

select
    season_code,
    feed,
    feed_order,
    stage_code,
    event_code,
    due_at,
    feed_state_code,
    count_files,
    count_files_refused,
    first_received_at,
    last_received_at,
    count_landed,
    count_quarantined
from feeds
