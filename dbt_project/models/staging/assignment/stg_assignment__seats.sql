with source as (
    {{ latest_version(
        source('raw', 'assignment__seats'), ['season_code', 'assignment_no', 'work_no', 'expert_code']
    ) }}
)

select
    season_code,
    stage_code,
    assignment_no,
    work_no,
    expert_code,
    given_in_no,
    given_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
