{% set severities = "['high', 'medium', 'low']" %}
-- A28: what reviewers are given, in one order: signals to be judged, and controls among them.
with signals as (
    select * from {{ ref('fct_proctoring_signals') }}
    where signal_state_code in ('open', 'second_review') and not is_stopped
),

controls as (
    select * from {{ ref('fct_proctoring_controls') }}
    where is_drawn and signal_state_code in ('open', 'second_review') and not is_stopped
),

policy as (
    select
        season_code,
        max(value) filter (where parameter_code = 'control_seed') as control_seed,
        max(value) filter (where parameter_code = 'control_percent')::integer as control_percent
    from {{ ref('policy') }}
    group by season_code
),

-- some signals come without a name too, or whatever comes without one would be a control
items as (
    select
        signals.season_code,
        signals.signal_id as item_id,
        signals.sitting_id,
        signals.stage_code,
        signals.signal_type_code,
        signals.severity_code,
        signals.started_seconds,
        signals.duration_seconds,
        signals.signal_state_code,
        signals.first_reviewer_code,
        signals.due_at,
        {{ is_drawn("policy.control_seed || '|unnamed|' || signals.signal_id", 'policy.control_percent') }}
            as is_unnamed,
        false as is_control
    from signals
    inner join policy on signals.season_code = policy.season_code
    union all
    -- a control has no severity; it takes a place anywhere in the queue
    select
        controls.season_code,
        controls.control_id as item_id,
        controls.sitting_id,
        controls.stage_code,
        null as signal_type_code,
        {{ severities }}[
            1 + {{ drawn_below("control_seed || '|place|' || sitting_id", "len(" ~ severities ~ ")") }}
        ] as severity_code,
        controls.started_seconds,
        controls.duration_seconds,
        controls.signal_state_code,
        controls.first_reviewer_code,
        controls.due_at,
        true as is_unnamed,
        true as is_control
    from controls
    inner join policy on controls.season_code = policy.season_code
)

select
    season_code,
    item_id,
    sitting_id,
    stage_code,
    signal_type_code,
    severity_code,
    started_seconds,
    duration_seconds,
    signal_state_code,
    first_reviewer_code,
    due_at,
    is_unnamed,
    is_control,
    (row_number() over (
        partition by season_code
        order by
            list_position({{ severities }}, severity_code), due_at nulls last,
            sitting_id, started_seconds, item_id
    ))::integer as item_order,
    coalesce(due_at <= {{ as_of() }}, false) as is_overdue
from items
