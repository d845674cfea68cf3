with source as (
    {{ latest_version(source('raw', 'proctoring__signals'), ['signal_id']) }}
)

select
    signal_id,
    sitting_id,
    signal_type_code,
    started_seconds,
    duration_seconds,
    confidence,
    model_code,
    config_hash,
    run_id,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
