with batches as (
    select * from {{ ref('fct_batches') }}
)

select
    batch_id,
    feed,
    source_file,
    received_at,
    landed_at,
    state,
    count_read,
    count_landed,
    count_quarantined
from batches
