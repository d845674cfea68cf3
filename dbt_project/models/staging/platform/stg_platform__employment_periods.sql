with source as (
    {{ latest_version(source('raw', 'platform__employment_periods'), ['candidate_no', 'period_no']) }}
)

select
    candidate_no,
    period_no,
    employer_type_code,
    started_on,
    ended_on,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
