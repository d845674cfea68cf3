-- What each candidate brought from each stage, whatever its kind: one shape for the one mechanism of the
-- cuts.
with screened as (
    select
        season_code,
        'registration' as stage_code,
        candidate_no,
        case when is_passed then 'PASSED' else 'FAILED' end as outcome_code,
        reason_code,
        null::varchar as decision_no
    from {{ ref('int_eligibility__outcomes') }}
    union all
    select
        season_code,
        'vetting' as stage_code,
        candidate_no,
        case when is_passed then 'PASSED' else 'FAILED' end as outcome_code,
        reason_code,
        decision_no
    from {{ ref('int_vetting__outcomes') }}
),

decided as (
    select
        decisions.season_code,
        stages.stage_code,
        decisions.candidate_no,
        case decisions.decision_code when 'enrol' then 'PASSED' else 'FAILED' end as outcome_code,
        case decisions.decision_code when 'enrol' then 'ENROLLED' else 'NOT_ENROLLED' end as reason_code,
        decisions.decision_no
    from {{ ref('int_national_decisions__latest') }} as decisions
    inner join {{ ref('int_stages__clocked') }} as stages
        on decisions.season_code = stages.season_code and stages.admits_by_code = 'decision'
),

pending_resits as (
    select
        season_code,
        stage_code,
        candidate_no,
        'PENDING_RESIT' as outcome_code
    from {{ ref('int_sittings__counted') }}
    where is_resit_pending
)

select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    reason_code,
    decision_no,
    null::bigint as score_numerator,
    null::bigint as score_denominator,
    null::timestamp as known_at
from screened
union all
select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    reason_code,
    decision_no,
    null as score_numerator,
    null as score_denominator,
    null as known_at
from decided
union all
select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    outcome_code as reason_code,
    null as decision_no,
    null as score_numerator,
    null as score_denominator,
    null as known_at
from pending_resits
union all
select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    case when outcome_code != 'VALID' then outcome_code end as reason_code,
    null as decision_no,
    score_numerator,
    score_denominator,
    known_at
from {{ ref('int_answers__scored') }}
union all
select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    case when outcome_code != 'VALID' then outcome_code end as reason_code,
    null as decision_no,
    score_numerator,
    score_denominator,
    known_at
from {{ ref('int_panels__scored') }}
