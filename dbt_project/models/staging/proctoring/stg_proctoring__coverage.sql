with source as (
    {{ latest_version(source('raw', 'proctoring__coverage'), ['sitting_id']) }}
)

select
    sitting_id,
    duration_seconds,
    seen_seconds,
    heard_seconds,
    unseen_seconds,
    unheard_seconds,
    count_files,
    count_samples,
    count_packets_lost,
    is_inconclusive,
    problem_codes,
    run_id,
    model_code,
    speech_model_code,
    config_hash,
    recording_sha256,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
