with source as (
    {{ latest_version(
        source('raw', 'academy__answer_keys'),
        ['season_code', 'stage_code', 'form_code', 'item_no']
    ) }}
)

select
    season_code,
    stage_code,
    form_code,
    item_no,
    correct_option_code,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
