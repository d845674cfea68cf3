with signals as (
    select * from {{ ref('fct_proctoring_signals') }}
    where signal_state_code in ('open', 'second_review') and not is_stopped
)

select
    signals.season_code,
    signals.signal_id,
    (row_number() over (
        partition by signals.season_code
        order by
            list_position(['high', 'medium', 'low'], signals.severity_code),
            signals.due_at nulls last,
            signals.sitting_id,
            signals.started_seconds,
            signals.signal_id
    ))::integer as queue_order,
    signals.sitting_id,
    signals.candidate_no,
    signals.stage_code,
    signals.signal_type_code,
    signals.severity_code,
    signals.started_seconds,
    signals.duration_seconds,
    signals.confidence,
    signals.signal_state_code,
    signals.first_reviewer_code,
    signals.due_at,
    date_sub('hour', {{ as_of() }}, signals.due_at)::integer as hours_left,
    coalesce(signals.due_at <= {{ as_of() }}, false) as is_overdue
from signals
