with batches as (
    select * from {{ ref('stg_ingestion__batches') }}
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
