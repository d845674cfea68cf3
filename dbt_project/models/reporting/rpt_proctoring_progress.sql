with windows as (
    select
        season_code,
        stage_code,
        max({{ utc_at('ends_local') }}) as due_at
    from {{ ref('calendar') }}
    where event_code = 'proctoring'
    group by season_code, stage_code
),

recordings as (
    select
        season_code,
        stage_code,
        count(*) as count_sittings,
        count(*) filter (where recording_state_code in ('seen', 'inconclusive')) as count_gone_through,
        count(*) filter (where recording_state_code = 'inconclusive') as count_inconclusive,
        count(*) filter (where recording_state_code = 'missing') as count_missing,
        count(*) filter (where recording_state_code = 'awaited') as count_awaited,
        count(*) filter (where is_awaiting_decision) as count_recordings_to_decide,
        sum(duration_seconds) as duration_seconds,
        sum(seen_seconds) as seen_seconds,
        sum(heard_seconds) as heard_seconds
    from {{ ref('fct_proctoring_coverage') }}
    group by season_code, stage_code
),

signals as (
    select
        season_code,
        stage_code,
        count(*) as count_signals,
        count(*) filter (where signal_state_code = 'open') as count_signals_open,
        count(*) filter (where signal_state_code = 'second_review') as count_signals_second_review,
        count(*) filter (where signal_state_code = 'dismissed') as count_signals_dismissed,
        count(*) filter (where signal_state_code = 'confirmed') as count_signals_confirmed,
        count(*) filter (where signal_state_code = 'unsettled') as count_signals_unsettled,
        count(*) filter (where signal_state_code = 'superseded') as count_signals_superseded,
        count(*) filter (where is_awaiting_decision) as count_signals_to_decide
    from {{ ref('fct_proctoring_signals') }}
    group by season_code, stage_code
)

select
    windows.season_code,
    windows.stage_code,
    windows.due_at,
    coalesce(recordings.count_sittings, 0)::integer as count_sittings,
    coalesce(recordings.count_gone_through, 0)::integer as count_gone_through,
    coalesce(recordings.count_inconclusive, 0)::integer as count_inconclusive,
    coalesce(recordings.count_missing, 0)::integer as count_missing,
    coalesce(recordings.count_awaited, 0)::integer as count_awaited,
    coalesce(recordings.count_recordings_to_decide, 0)::integer as count_recordings_to_decide,
    coalesce(recordings.duration_seconds, {{ no_seconds() }}) as duration_seconds,
    coalesce(recordings.seen_seconds, {{ no_seconds() }}) as seen_seconds,
    coalesce(recordings.heard_seconds, {{ no_seconds() }}) as heard_seconds,
    coalesce(signals.count_signals, 0)::integer as count_signals,
    coalesce(signals.count_signals_open, 0)::integer as count_signals_open,
    coalesce(signals.count_signals_second_review, 0)::integer as count_signals_second_review,
    coalesce(signals.count_signals_dismissed, 0)::integer as count_signals_dismissed,
    coalesce(signals.count_signals_confirmed, 0)::integer as count_signals_confirmed,
    coalesce(signals.count_signals_unsettled, 0)::integer as count_signals_unsettled,
    coalesce(signals.count_signals_superseded, 0)::integer as count_signals_superseded,
    coalesce(signals.count_signals_to_decide, 0)::integer as count_signals_to_decide
from windows
left join recordings
    on windows.season_code = recordings.season_code and windows.stage_code = recordings.stage_code
left join signals on windows.season_code = signals.season_code and windows.stage_code = signals.stage_code
