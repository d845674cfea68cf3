with source as (
    select * from {{ source('raw', '_batches') }}
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
from source
where received_at <= {{ as_of() }}
