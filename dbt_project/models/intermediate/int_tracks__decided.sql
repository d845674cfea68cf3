-- A39: every decision that corrects a track, and what became of it.
with decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code = 'correct_track' and track_code is not null
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

registrations as (
    select * from {{ ref('stg_platform__registrations') }}
),

corrected as (
    select * from {{ ref('int_tracks__corrected') }}
),

intake as (
    select * from {{ ref('int_calendar__moments') }}
    where event_code = 'intake'
),

vetting as (
    select * from {{ ref('int_stages__clocked') }}
    where stage_code = 'vetting'
),

decided as (
    select
        accounts.season_code,
        decisions.*,
        registrations.track_code as chosen_track_code,
        decisions.decided_at < accounts.submitted_at as is_overtaken,
        case
            when not accounts.is_submitted then 'no_submission'
            when decisions.decided_at > vetting.published_at then 'too_late'
            when decisions.ends_at <= vetting.deciding_at then 'reversed'
            when decisions.decided_at > vetting.deciding_at or intake.ends_at > {{ as_of() }} then 'pending'
            when corrected.decision_no = decisions.decision_no then 'counted'
            else 'superseded'
        end as effect_code
    from decisions
    inner join accounts on decisions.candidate_no = accounts.candidate_no
    inner join registrations
        on
            accounts.candidate_no = registrations.candidate_no
            and accounts.submission_no = registrations.submission_no
    inner join intake on accounts.season_code = intake.season_code
    inner join vetting on accounts.season_code = vetting.season_code
    left join corrected on decisions.candidate_no = corrected.candidate_no
),

-- the track before is that of the decision in force until then, unless a submission has overtaken it,
-- else the one of the submission
preceded as (
    select
        decided.decision_no,
        decided.candidate_no,
        arg_max(earlier.track_code, (earlier.decided_at, earlier.decision_no)) as track_code
    from decided
    inner join decided as earlier on decided.candidate_no = earlier.candidate_no
    where
        earlier.effect_code not in ('no_submission', 'too_late', 'pending')
        and not earlier.is_overtaken
        and (earlier.decided_at, earlier.decision_no) < (decided.decided_at, decided.decision_no)
        and (earlier.ends_at is null or earlier.ends_at > decided.decided_at)
    group by decided.decision_no, decided.candidate_no
)

select
    decided.season_code,
    decided.candidate_no,
    decided.decision_no,
    coalesce(preceded.track_code, decided.chosen_track_code) as from_track_code,
    decided.track_code as to_track_code,
    decided.decided_at as asked_at,
    decided.effect_code,
    decided._batch_id
from decided
left join preceded
    on decided.decision_no = preceded.decision_no and decided.candidate_no = preceded.candidate_no
