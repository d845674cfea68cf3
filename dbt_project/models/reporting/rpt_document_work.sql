with work as (
    select * from {{ ref('fct_document_work') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

-- the latest check of the document that is named, as the candidate's own
checks as (
    select * from {{ ref('fct_document_checks') }}
    where is_latest
)

select
    work.season_code,
    work.candidate_no,
    candidates.track_code,
    candidates.region_code,
    work.document_type_code,
    work.need_state_code,
    work.document_id,
    checks.checker_code,
    checks.remark_code,
    work.closes_at,
    date_sub('hour', {{ as_of() }}, work.closes_at)::integer as hours_left,
    work.is_about_to_close,
    work.work_code
from work
inner join candidates on work.candidate_no = candidates.candidate_no
left join checks
    on work.document_id = checks.document_id and work.candidate_no = checks.candidate_no
