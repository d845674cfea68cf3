-- Every act tells all seats of its stage: the latest one is in force.
with seats as (
    select * from {{ ref('stg_assignment__seats') }}
)

select
    season_code,
    stage_code,
    work_no,
    expert_code,
    assignment_no,
    given_in_no,
    given_at
from seats
qualify assignment_no = max(assignment_no) over (partition by season_code, stage_code)
