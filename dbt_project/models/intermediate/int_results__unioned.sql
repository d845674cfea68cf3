-- What each candidate brought from each stage, whatever its kind: one shape for the one mechanism of the
-- cuts.
with screened as (
    select
        season_code,
        'registration' as stage_code,
        candidate_no,
        case when is_passed then 'PASSED' else 'FAILED' end as outcome_code,
        reason_code
    from {{ ref('int_eligibility__outcomes') }}
    union all by name
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
        'PENDING_RESIT' as outcome_code,
        'PENDING_RESIT' as reason_code
    from {{ ref('int_sittings__counted') }}
    where is_resit_pending
),

-- A30: what nobody saw is no pass; from the moment that settles it, it is a result
recorded as (
    select
        results.season_code,
        results.stage_code,
        results.candidate_no,
        results.score_numerator,
        results.score_denominator,
        greatest(results.known_at, recordings.settled_at) as known_at,
        case
            when results.outcome_code = 'VALID' and coalesce(recordings.is_unsettled, false)
                then 'RECORDING_UNSEEN'
            else results.outcome_code
        end as outcome_code
    from (
        select * from {{ ref('int_answers__scored') }}
        union all by name
        select * from {{ ref('int_panels__scored') }}
    ) as results
    left join {{ ref('int_recordings__judged') }} as recordings
        on
            results.candidate_no = recordings.candidate_no
            and results.stage_code = recordings.stage_code
            and recordings.is_counted
),

scored as (
    select
        *,
        nullif(outcome_code, 'VALID') as reason_code
    from recorded
),

-- what a kind of stage does not have stays empty
unioned as (
    select * from screened
    union all by name
    select * from decided
    union all by name
    select * from pending_resits
    union all by name
    select * from scored
)

select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    reason_code,
    decision_no,
    score_numerator,
    score_denominator,
    known_at
from unioned
