with decisions as (
    select * from {{ ref('stg_agency__working_group_decisions') }}
)

select
    decision_no,
    candidate_no,
    action_code,
    basis_code,
    ground_code,
    decided_at
from decisions
where ground_code is not null
