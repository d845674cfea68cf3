with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

checks as (
    select * from {{ ref('stg_agency__document_checks') }}
),

latest as (
    select * from {{ ref('int_document_checks__latest') }}
)

select
    accounts.season_code,
    checks.check_no,
    checks.document_id,
    checks.candidate_no,
    checks.checker_code,
    checks.checked_at,
    checks.result_code,
    checks.remark_code,
    latest.check_no is not null as is_latest,
    checks._batch_id
from checks
inner join accounts on checks.candidate_no = accounts.candidate_no
left join latest on checks.check_no = latest.check_no
