-- A39: once the intake is closed, a track moves only by a decision in force when vetting is published.
with decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code = 'correct_track' and track_code is not null
),

submissions as (
    select * from {{ ref('int_submissions__latest') }}
),

intake as (
    select * from {{ ref('int_calendar__moments') }}
    where event_code = 'intake'
),

vetting as (
    select * from {{ ref('int_stages__clocked') }}
    where stage_code = 'vetting'
)

select
    submissions.season_code,
    submissions.candidate_no,
    decisions.track_code,
    decisions.decision_no
from decisions
inner join submissions on decisions.candidate_no = submissions.candidate_no
inner join intake on submissions.season_code = intake.season_code
inner join vetting on submissions.season_code = vetting.season_code
where
    intake.ends_at <= {{ as_of() }}
    -- a decision about an earlier submission does not bind the one made since
    and decisions.decided_at >= submissions.submitted_at
    and decisions.decided_at <= vetting.deciding_at
    and (decisions.ends_at is null or decisions.ends_at > vetting.deciding_at)
qualify row_number() over (
    partition by submissions.candidate_no order by decisions.decided_at desc, decisions.decision_no desc
) = 1
