-- Order §4.1: of the checks of a document the latest counts. A check that names another candidate says
-- nothing of it.
with checks as (
    select * from {{ ref('stg_agency__document_checks') }}
),

documents as (
    select * from {{ ref('stg_platform__documents') }}
)

select
    checks.document_id,
    checks.check_no,
    checks.checker_code,
    checks.checked_at,
    checks.result_code,
    checks.remark_code
from checks
inner join documents
    on checks.document_id = documents.document_id and checks.candidate_no = documents.candidate_no
qualify row_number() over (
    partition by checks.document_id order by checks.checked_at desc, checks.check_no desc
) = 1
