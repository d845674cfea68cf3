-- Order §5.1, §6.2, A30: every sitting that had to be recorded, with what was seen and heard of it.
with sittings as (
    select * from {{ ref('fct_sittings') }}
),

recordings as (
    select * from {{ ref('int_recordings__judged') }}
),

coverage as (
    select * from {{ ref('stg_proctoring__coverage') }}
),

stopped as (
    select distinct candidate_no
    from {{ ref('int_stops__effective') }}
    where starts_at <= {{ as_of() }} and (ends_at is null or ends_at > {{ as_of() }})
)

select
    recordings.season_code,
    recordings.sitting_id,
    recordings.candidate_no,
    recordings.stage_code,
    sittings.started_at,
    recordings.is_counted,
    recordings.recording_state_code,
    coalesce(
        coverage.duration_seconds, {{ seconds_between('sittings.started_at', 'sittings.finished_at') }}
    ) as duration_seconds,
    coalesce(coverage.seen_seconds, {{ no_seconds() }}) as seen_seconds,
    coalesce(coverage.heard_seconds, {{ no_seconds() }}) as heard_seconds,
    coverage.unseen_seconds,
    coverage.unheard_seconds,
    coverage.count_files,
    coverage.count_samples,
    coverage.count_packets_lost,
    coverage.problem_codes,
    coverage.run_id,
    coverage.model_code,
    coverage.speech_model_code,
    coverage.config_hash,
    coverage.recording_sha256,
    recordings.due_at,
    recordings.decision_no,
    stopped.candidate_no is not null as is_stopped,
    recordings.is_counted
    and recordings.recording_state_code in ('inconclusive', 'missing')
    and recordings.decision_no is null
    and stopped.candidate_no is null as is_awaiting_decision,
    coverage._batch_id,
    coverage._received_at
from recordings
inner join sittings on recordings.sitting_id = sittings.sitting_id
left join coverage on recordings.sitting_id = coverage.sitting_id
left join stopped on recordings.candidate_no = stopped.candidate_no
