{{ config(materialized='view') }}
-- A9, A22: each result, a valid one with the fraction by which it is ranked, and with that of the stage
-- before where a policy of the season asks for it.
with results as (
    select * from {{ ref('int_results__unioned') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

-- A22: fractions are compared unrounded, unless the policy says hundredths, half up
valued as (
    select
        results.season_code,
        results.stage_code,
        results.candidate_no,
        results.outcome_code,
        results.reason_code,
        results.decision_no,
        results.known_at,
        stages.stage_order,
        case when results.outcome_code = 'VALID' then stages.stage_order - 1 end as stage_order_before,
        stages.scoring_code,
        case
            when results.outcome_code != 'VALID' then null
            when policy.rounding_code = 'two_decimals'
                then {{ hundredths('results.score_numerator', 'results.score_denominator') }}
            else results.score_numerator
        end as score_numerator,
        case
            when results.outcome_code != 'VALID' then null
            when policy.rounding_code = 'two_decimals' then {{ hundred() }}
            else results.score_denominator
        end as score_denominator,
        policy.carry_over_code = 'add_previous' as is_carried,
        policy.carry_over_code = 'add_previous' or policy.tie_breaker_code = 'previous_stage'
            as needs_previous
    from results
    inner join stages
        on results.season_code = stages.season_code and results.stage_code = stages.stage_code
    inner join policy on results.season_code = policy.season_code
),

previous as (
    select * from valued
    where needs_previous and outcome_code = 'VALID'
),

joined as (
    select
        valued.*,
        previous.score_numerator as previous_numerator,
        previous.score_denominator as previous_denominator,
        valued.is_carried and coalesce(previous.scoring_code = valued.scoring_code, false) as is_summed
    from valued
    left join previous
        on
            valued.season_code = previous.season_code
            and valued.candidate_no = previous.candidate_no
            and valued.stage_order_before = previous.stage_order
)

select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    reason_code,
    decision_no,
    known_at,
    (
        case
            when is_summed
                then score_numerator * previous_denominator + previous_numerator * score_denominator
            else score_numerator
        end
    )::bigint as score_numerator,
    (case when is_summed then score_denominator * previous_denominator else score_denominator end)::bigint
        as score_denominator,
    previous_numerator::bigint as previous_numerator,
    previous_denominator::bigint as previous_denominator
from joined
