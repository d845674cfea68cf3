with source as (
    {{ latest_version(
        source('raw', 'academy__expert_conflicts'),
        ['expert_code', 'candidate_no', 'conflict_kind_code']
    ) }}
)

select
    expert_code,
    candidate_no,
    conflict_kind_code,
    declared_on,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
