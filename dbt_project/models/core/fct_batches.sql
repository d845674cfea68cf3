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
    count_read::integer as count_read,
    count_landed::integer as count_landed,
    count_quarantined::integer as count_quarantined
from batches
