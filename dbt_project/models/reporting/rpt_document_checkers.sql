-- Order §4.1: what each checker did, and how often the latest check of a document says otherwise.
with checks as (
    select * from {{ ref('fct_document_checks') }}
),

compared as (
    select
        checks.*,
        not checks.is_latest and latest.result_code != checks.result_code as is_overturned
    from checks
    left join checks as latest
        on
            checks.document_id = latest.document_id
            and checks.candidate_no = latest.candidate_no
            and latest.is_latest
)

select
    season_code,
    checker_code,
    count(*)::integer as count_checked,
    (count(*) filter (where result_code = 'confirmed'))::integer as count_confirmed,
    (count(*) filter (where result_code = 'rejected'))::integer as count_rejected,
    (count(*) filter (where result_code = 'unclear'))::integer as count_unclear,
    min(checked_at) as first_checked_at,
    max(checked_at) as last_checked_at,
    (count(*) filter (where is_overturned))::integer as count_overturned
from compared
group by season_code, checker_code
