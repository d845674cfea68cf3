with work as (
    select * from {{ ref('fct_document_work') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
)

select
    work.season_code,
    work.candidate_no,
    candidates.track_code,
    candidates.region_code,
    work.document_type_code,
    work.need_state_code,
    work.closes_at,
    date_sub('hour', {{ as_of() }}, work.closes_at)::integer as hours_left,
    work.is_about_to_close,
    work.work_code
from work
inner join candidates on work.candidate_no = candidates.candidate_no
