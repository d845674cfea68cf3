with versions as (
    select * from {{ ref('int_expert_marks__judged') }}
)

select
    season_code,
    stage_code,
    candidate_no,
    work_no,
    expert_code,
    criterion_code,
    version_no,
    points,
    points_counted,
    marked_at,
    _received_at as received_at,
    locked_at,
    decision_no,
    mark_handling_code,
    _batch_id
from versions
