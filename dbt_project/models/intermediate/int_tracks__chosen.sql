-- A39: every submission that asks for another track than the one that stands, and what became of it.
with registrations as (
    select * from {{ ref('stg_platform__registrations') }}
    where submission_no > 0 and submitted_at is not null
),

intake as (
    select * from {{ ref('int_calendar__moments') }}
    where event_code = 'intake'
),

corrected as (
    select * from {{ ref('int_tracks__corrected') }}
),

submissions as (
    select
        registrations.season_code,
        registrations.candidate_no,
        registrations.submission_no,
        registrations.track_code,
        registrations.submitted_at,
        registrations._batch_id,
        registrations.submitted_at >= intake.ends_at as is_late,
        lag(registrations.track_code) over (
            partition by registrations.candidate_no
            order by registrations.submitted_at, registrations.submission_no
        ) as track_before
    from registrations
    inner join intake on registrations.season_code = intake.season_code
    where registrations.submitted_at >= intake.starts_at
),

counted as (
    select
        candidate_no,
        arg_max(track_code, (submitted_at, submission_no)) as track_code
    from submissions
    where not is_late
    group by candidate_no
),

-- what comes late is held against the track that stands
compared as (
    select
        submissions.*,
        case
            when submissions.is_late then coalesce(counted.track_code, submissions.track_before)
            else submissions.track_before
        end as from_track_code
    from submissions
    left join counted on submissions.candidate_no = counted.candidate_no
),

changes as (
    select
        *,
        row_number() over (
            partition by candidate_no, is_late order by submitted_at desc, submission_no desc
        ) as place_from_last
    from compared
    where from_track_code <> track_code
)

select
    changes.season_code,
    changes.candidate_no,
    changes.submission_no,
    changes.from_track_code,
    changes.track_code as to_track_code,
    changes.submitted_at as asked_at,
    case
        when changes.is_late then 'after_window'
        when changes.place_from_last = 1 and corrected.candidate_no is null then 'counted'
        else 'superseded'
    end as effect_code,
    changes._batch_id
from changes
left join corrected on changes.candidate_no = corrected.candidate_no
