with source as (
    select * from {{ source('raw', 'vetting__replies') }}
    where _received_at <= {{ as_of() }}
),

-- every version stays: what was known on a day is the version of that day (docs/rules.md, Stage 2)
numbered as (
    select
        *,
        row_number() over versions as _version_no,
        lead(_received_at) over versions as _superseded_at,
        first_value(_received_at) over versions as _first_received_at
    from source
    window versions as (
        partition by reply_no, list_no, candidate_no order by _received_at, _landed_seq, _row_number
    )
)

select
    reply_no,
    list_no,
    body_code,
    candidate_no,
    replied_on,
    result_code,
    ground_code,
    fact_on,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at,
    _version_no,
    _superseded_at
from numbered
