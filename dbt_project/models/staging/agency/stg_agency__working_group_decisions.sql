with source as (
    {{ latest_version(
        source('raw', 'agency__working_group_decisions'),
        ['decision_no', 'candidate_no']
    ) }}
)

select
    decision_no,
    candidate_no,
    decided_at,
    action_code,
    basis_code,
    stage_code,
    reversed_decision_no,
    track_code,
    ground_code,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
