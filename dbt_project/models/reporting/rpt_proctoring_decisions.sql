with signals as (
    select * from {{ ref('fct_proctoring_signals') }}
    where is_awaiting_decision
),

coverage as (
    select * from {{ ref('fct_proctoring_coverage') }}
    where is_awaiting_decision
),

stages as (
    select * from {{ ref('dim_stages') }}
),

waiting as (
    select
        season_code,
        candidate_no,
        stage_code,
        sitting_id,
        case signal_state_code when 'confirmed' then 'signal_confirmed' else 'signal_unsettled' end
            as decision_reason_code,
        count(*) as count_signals,
        min(judged_at) as since_at
    from signals
    group by season_code, candidate_no, stage_code, sitting_id, signal_state_code
    union all
    select
        season_code,
        candidate_no,
        stage_code,
        sitting_id,
        'recording_' || recording_state_code as decision_reason_code,
        0 as count_signals,
        case recording_state_code when 'missing' then due_at else _received_at end as since_at
    from coverage
)

select
    waiting.season_code,
    waiting.candidate_no,
    waiting.stage_code,
    waiting.sitting_id,
    waiting.decision_reason_code,
    waiting.count_signals::integer as count_signals,
    waiting.since_at,
    stages.published_at as due_at,
    date_sub('hour', {{ as_of() }}, stages.published_at)::integer as hours_left,
    stages.published_at <= {{ as_of() }} as is_overdue
from waiting
inner join stages on waiting.season_code = stages.season_code and waiting.stage_code = stages.stage_code
