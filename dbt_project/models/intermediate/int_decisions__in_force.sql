-- Order §4.5: when a decision of the working group takes effect, and when a reversal ends it.
with decisions as (
    select * from {{ ref('stg_agency__working_group_decisions') }}
),

reversals as (
    select
        decided.decision_no,
        decided.candidate_no,
        min(reversing.decided_at) as ends_at,
        min_by(reversing.decision_no, (reversing.decided_at, reversing.decision_no)) as reversing_decision_no
    from decisions as decided
    inner join decisions as reversing
        on
            reversing.action_code = 'reverse'
            and decided.candidate_no = reversing.candidate_no
            and decided.decision_no = reversing.reversed_decision_no
            and decided.decided_at <= reversing.decided_at
    group by decided.decision_no, decided.candidate_no
)

select
    decisions.decision_no,
    decisions.candidate_no,
    decisions.action_code,
    decisions.basis_code,
    decisions.stage_code,
    decisions.track_code,
    decisions.decided_at,
    reversals.ends_at,
    reversals.reversing_decision_no,
    decisions._batch_id
from decisions
left join reversals
    on
        decisions.decision_no = reversals.decision_no
        and decisions.candidate_no = reversals.candidate_no
