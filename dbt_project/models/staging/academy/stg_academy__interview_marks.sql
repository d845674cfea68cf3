with source as (
    {{ latest_version(
        source('raw', 'academy__interview_marks'),
        ['candidate_no', 'interviewer_code', 'competency_code']
    ) }}
)

select
    candidate_no,
    interviewer_code,
    competency_code,
    is_recused,
    points,
    observed_on,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
