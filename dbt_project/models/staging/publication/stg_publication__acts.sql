with source as (
    {{ latest_version(source('raw', 'publication__acts'), ['act_no']) }}
)

select
    act_no,
    season_code,
    stage_code,
    kind_code,
    version,
    acted_at,
    approved_by,
    decision_no,
    reason,
    count_rows,
    list_hash,
    drift_hash,
    code_version,
    seeds_hash,
    previous_hash,
    act_hash,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
