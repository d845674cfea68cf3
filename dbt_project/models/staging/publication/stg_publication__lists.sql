with source as (
    {{ latest_version(source('raw', 'publication__lists'), ['act_no', 'candidate_no']) }}
)

select
    act_no,
    season_code,
    stage_code,
    version,
    candidate_no,
    track_code,
    status_code,
    reason_code,
    is_admitted,
    is_in_pool,
    is_late,
    score_numerator,
    score_denominator,
    rank,
    is_at_cutoff,
    decision_no,
    count_pool,
    limit_places,
    cutoff_numerator,
    cutoff_denominator,
    is_shortfall,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
