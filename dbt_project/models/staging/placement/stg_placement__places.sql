with source as (
    {{ latest_version(source('raw', 'placement__places'), ['act_no', 'candidate_no']) }}
)

select
    act_no,
    season_code,
    stage_code,
    candidate_no,
    slot_no,
    placement_code,
    placed_at,
    read_until,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
