-- A28: what reviewers make of stretches in which the model found nothing: what they find, it missed.
with controls as (
    select * from {{ ref('int_controls__drawn') }}
),

recordings as (
    select * from {{ ref('int_recordings__judged') }}
),

judged as (
    select * from {{ ref('int_signals__judged') }}
),

stopped as (
    select distinct candidate_no
    from {{ ref('int_stops__effective') }}
    where starts_at <= {{ as_of() }} and (ends_at is null or ends_at > {{ as_of() }})
)

select
    controls.season_code,
    controls.control_id,
    controls.sitting_id,
    recordings.candidate_no,
    controls.stage_code,
    controls.control_order::integer as control_order,
    controls.is_drawn,
    controls.started_seconds,
    controls.duration_seconds,
    judged.signal_state_code,
    judged.first_reviewer_code,
    judged.first_verdict_code,
    judged.second_reviewer_code,
    judged.second_verdict_code,
    judged.judged_at,
    recordings.due_at,
    stopped.candidate_no is not null as is_stopped
from controls
inner join recordings on controls.sitting_id = recordings.sitting_id
inner join judged on controls.control_id = judged.signal_id
left join stopped on recordings.candidate_no = stopped.candidate_no
