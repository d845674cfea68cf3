-- Order §4.1: of the checks of a document the latest counts.
with checks as (
    select * from {{ ref('stg_agency__document_checks') }}
)

select
    document_id,
    check_no,
    checker_code,
    checked_at,
    result_code
from checks
qualify row_number() over (partition by document_id order by checked_at desc, check_no desc) = 1
