-- Order §5.1, A28: the signals with what reviewers and working group made of them.
with sittings as (
    select * from {{ ref('fct_sittings') }}
),

signals as (
    select * from {{ ref('stg_proctoring__signals') }}
),

judged as (
    select * from {{ ref('int_signals__judged') }}
),

signal_types as (
    select * from {{ ref('proctoring_signal_types') }}
),

recordings as (
    select * from {{ ref('int_recordings__judged') }}
),

stopped as (
    select distinct candidate_no
    from {{ ref('int_stops__effective') }}
    where starts_at <= {{ as_of() }} and (ends_at is null or ends_at > {{ as_of() }})
),

-- an exclusion for a violation answers the question even where it was reversed afterwards
decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where
        decided_at <= {{ as_of() }}
        and (
            (action_code = 'exclude' and basis_code = 'proctoring_violation')
            or (action_code = 'accept_recording' and (ends_at is null or ends_at > {{ as_of() }}))
        )
),

-- nobody decides on what has not been judged yet
decided as (
    select
        judged.signal_id,
        max_by(decisions.decision_no, (decisions.decided_at, decisions.decision_no)) as decision_no
    from judged
    inner join sittings on judged.sitting_id = sittings.sitting_id
    inner join decisions
        on sittings.candidate_no = decisions.candidate_no and sittings.stage_code = decisions.stage_code
    where
        judged.signal_state_code in ('confirmed', 'unsettled')
        and decisions.decided_at >= judged.judged_at
    group by judged.signal_id
)

select
    sittings.season_code,
    signals.signal_id,
    signals.sitting_id,
    sittings.candidate_no,
    sittings.stage_code,
    signals.signal_type_code,
    case
        when signals.duration_seconds >= signal_types.long_from_seconds then signal_types.long_severity_code
        else signal_types.severity_code
    end as severity_code,
    signals.started_seconds,
    signals.duration_seconds,
    signals.confidence,
    signals.model_code,
    signals.config_hash,
    signals.run_id,
    judged.is_in_force,
    judged.signal_state_code,
    judged.first_reviewer_code,
    judged.first_verdict_code,
    judged.second_reviewer_code,
    judged.second_verdict_code,
    judged.judged_at,
    recordings.due_at,
    decided.decision_no,
    stopped.candidate_no is not null as is_stopped,
    judged.signal_state_code in ('confirmed', 'unsettled')
    and decided.decision_no is null
    and stopped.candidate_no is null as is_awaiting_decision,
    signals._batch_id,
    signals._received_at
from signals
inner join sittings on signals.sitting_id = sittings.sitting_id
inner join signal_types on signals.signal_type_code = signal_types.signal_type_code
inner join judged on signals.signal_id = judged.signal_id
left join recordings on signals.sitting_id = recordings.sitting_id
left join decided on signals.signal_id = decided.signal_id
left join stopped on sittings.candidate_no = stopped.candidate_no
