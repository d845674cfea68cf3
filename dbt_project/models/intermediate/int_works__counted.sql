-- Order §6.3: the work handed in at the counted sitting; of several the last. Whose it is the sitting says,
-- which can be corrected; assert_works_belong_to_their_sittings names works that say otherwise.
with sittings as (
    select * from {{ ref('int_sittings__counted') }}
    where sitting_id is not null
),

solutions as (
    select * from {{ ref('stg_platform__solutions') }}
)

select
    sittings.season_code,
    sittings.stage_code,
    sittings.candidate_no,
    sittings.sitting_id,
    solutions.work_no,
    solutions._first_received_at
from sittings
inner join solutions
    on sittings.sitting_id = solutions.sitting_id
qualify row_number() over (
    partition by sittings.candidate_no, sittings.stage_code
    order by solutions.submitted_at desc, solutions.work_no desc
) = 1
