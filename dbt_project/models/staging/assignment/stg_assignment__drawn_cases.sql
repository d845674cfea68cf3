with source as (
    {{ latest_version(
        source('raw', 'assignment__drawn_cases'), ['season_code', 'stage_code', 'candidate_no']
    ) }}
)

select
    season_code,
    stage_code,
    candidate_no,
    case_code,
    draw_no,
    dealt_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
