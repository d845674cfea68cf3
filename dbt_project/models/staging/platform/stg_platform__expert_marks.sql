with source as (
    {{ latest_version(
        source('raw', 'platform__expert_marks'),
        ['work_no', 'expert_code', 'criterion_code']
    ) }}
)

select
    work_no,
    expert_code,
    criterion_code,
    points,
    marked_at,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
