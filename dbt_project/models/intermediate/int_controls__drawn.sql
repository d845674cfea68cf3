-- A28: sittings in which the latest run found nothing, and which of them reviewers look at all the same.
with recordings as (
    select * from {{ ref('int_recordings__judged') }}
    where recording_state_code = 'seen'
),

coverage as (
    select * from {{ ref('stg_proctoring__coverage') }}
),

signals as (
    select * from {{ ref('stg_proctoring__signals') }}
),

reviews as (
    select * from {{ ref('stg_proctoring__reviews') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

-- signals in force: of the latest run, or of an earlier one and reviewed
flagged as (
    select distinct signals.sitting_id
    from signals
    inner join coverage on signals.sitting_id = coverage.sitting_id
    left join reviews on signals.signal_id = reviews.signal_id
    where signals.run_id = coverage.run_id or reviews.signal_id is not null
),

clean as (
    select
        recordings.season_code,
        recordings.stage_code,
        recordings.sitting_id,
        coverage.run_id,
        coverage.duration_seconds,
        policy.control_percent,
        policy.control_min_count,
        policy.control_seconds,
        policy.control_seed || '|control|' || recordings.sitting_id as drawn_text
    from recordings
    inner join coverage on recordings.sitting_id = coverage.sitting_id
    inner join policy on recordings.season_code = policy.season_code
    left join flagged on recordings.sitting_id = flagged.sitting_id
    where flagged.sitting_id is null and coverage.duration_seconds > policy.control_seconds
),

drawn as (
    select
        *,
        floor(duration_seconds)::bigint - control_seconds + 1 as count_seconds,
        row_number() over (
            partition by season_code, stage_code order by sha256(drawn_text), sitting_id
        ) as control_order
    from clean
)

select
    season_code,
    stage_code,
    sitting_id,
    {{ control_id('sitting_id') }} as control_id,
    run_id,
    control_order,
    {{ is_drawn('drawn_text', 'control_percent') }} or control_order <= control_min_count as is_drawn,
    -- any whole second from which that many seconds are left, each as likely as another
    {{ as_seconds(drawn_below("drawn_text || '|second'", 'count_seconds')) }} as started_seconds,
    {{ as_seconds('control_seconds') }} as duration_seconds
from drawn
