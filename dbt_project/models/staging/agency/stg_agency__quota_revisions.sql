with source as (
    {{ latest_version(
        source('raw', 'agency__quota_revisions'),
        ['season_code', 'decision_no', 'track_code']
    ) }}
)

select
    season_code,
    decision_no,
    track_code,
    places,
    decided_at,
    limit_total,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
