-- Where each candidate would stand at each stage if admitted to it: settled, late, or in the pool (A6-A13).
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

results as (
    select * from {{ ref('int_results__compared') }}
),

stops as (
    select * from {{ ref('int_stops__by_stage') }}
),

places as (
    select * from {{ ref('int_places__in_force') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

standings as (
    select
        accounts.season_code,
        accounts.candidate_no,
        accounts.track_code,
        stages.stage_code,
        stages.stage_order,
        stages.is_published_by_act,
        places.places,
        results.score_numerator,
        results.score_denominator,
        scales.common_denominator,
        results.score_numerator * (scales.common_denominator // results.score_denominator) as score_scaled,
        case
            when policy.tie_breaker_code = 'previous_stage'
                then
                    coalesce(
                        results.previous_numerator
                        * (scales.previous_common_denominator // results.previous_denominator),
                        -1
                    )
            else 0
        end as tie_scaled,
        -- whose stop was lifted after the list comes back late, unless the place was kept (A10)
        coalesce(results.known_at > stages.published_at, false)
        or coalesce(lifted.stage_code is not null and policy.exclusion_before_list_code != 'vacancy', false)
            as is_after_list,
        coalesce(policy.late_result_code = 'rerank', false) as is_reranked,
        coalesce(policy.exclusion_before_list_code = 'vacancy', false) and stages.is_published
        and stops.reason_code is not null
        and coalesce(results.outcome_code = 'VALID', false) as leaves_vacancy,
        case
            when stops.reason_code is not null then stops.decision_no
            when stages.is_published then coalesce(results.decision_no, lifted.decision_no)
        end as decision_no,
        case
            when stops.reason_code is not null then stops.reason_code
            when not stages.is_published then 'STAGE_NOT_PUBLISHED'
            when results.outcome_code = 'VALID' then null
            when results.reason_code is not null then results.reason_code
            when stages.admits_by_code = 'decision' then 'DECISION_PENDING'
            when stages.admits_by_code = 'pass' then 'VETTING_HOLD'
            else 'ABSENT'
        end as settled_reason_code
    from accounts
    inner join stages on accounts.season_code = stages.season_code
    left join policy on accounts.season_code = policy.season_code
    left join results
        on accounts.candidate_no = results.candidate_no and stages.stage_code = results.stage_code
    left join stops
        on accounts.candidate_no = stops.candidate_no and stages.stage_code = stops.stage_code
    left join {{ ref('int_stops__lifted') }} as lifted
        on accounts.candidate_no = lifted.candidate_no and stages.stage_code = lifted.stage_code
    left join places
        on
            accounts.season_code = places.season_code
            and accounts.track_code = places.track_code
            and stages.stage_code = places.stage_code
    left join {{ ref('int_scores__scales') }} as scales
        on accounts.season_code = scales.season_code and stages.stage_code = scales.stage_code
)

select
    standings.season_code,
    standings.candidate_no,
    standings.track_code,
    standings.stage_code,
    standings.stage_order,
    standings.is_published_by_act,
    standings.places,
    standings.score_numerator,
    standings.score_denominator,
    standings.common_denominator,
    standings.score_scaled,
    standings.tie_scaled,
    standings.decision_no,
    standings.settled_reason_code,
    reasons.status_code as settled_status_code,
    case
        when standings.settled_reason_code is not null then 'settled'
        when standings.is_after_list and not standings.is_reranked then 'late'
        else 'pool'
    end as standing_code,
    standings.leaves_vacancy and (standings.is_reranked or not standings.is_after_list) as leaves_vacancy
from standings
left join {{ ref('reason_codes') }} as reasons on standings.settled_reason_code = reasons.reason_code
