-- Where each candidate would stand at each stage if admitted to it: settled already (a stop, nothing
-- published, absent, nothing to publish, passed or failed), late, or in the pool that the cut ranks
-- (docs/rules.md, The cut).
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

results as (
    select * from {{ ref('int_results__unioned') }}
),

stops as (
    select * from {{ ref('int_stops__by_stage') }}
),

places as (
    select * from {{ ref('int_places__in_force') }}
),

reasons as (
    select * from {{ ref('reason_codes') }}
),

-- A22: means with different panels compare over one common denominator, never rounded
scales as (
    select
        season_code,
        stage_code,
        list_reduce(list(distinct score_denominator), (a, b) -> lcm(a, b)) as common_denominator
    from results
    where score_denominator is not null
    group by season_code, stage_code
),

standings as (
    select
        accounts.season_code,
        accounts.candidate_no,
        accounts.track_code,
        stages.stage_code,
        stages.stage_order,
        stages.admits_by_code,
        stages.share_numerator,
        stages.share_denominator,
        places.places,
        results.score_numerator,
        results.score_denominator,
        scales.common_denominator,
        results.score_numerator * (scales.common_denominator // results.score_denominator) as score_scaled,
        coalesce(results.known_at > stages.published_at, false) as is_late,
        case
            when stops.reason_code is not null then stops.decision_no
            when stages.is_published then results.decision_no
        end as decision_no,
        case
            when stops.reason_code is not null then stops.reason_code
            when not stages.is_published then 'STAGE_NOT_PUBLISHED'
            when results.outcome_code = 'VALID' then null
            when results.reason_code is not null then results.reason_code
            when stages.admits_by_code = 'decision' then 'DECISION_PENDING'
            else 'ABSENT'
        end as settled_reason_code
    from accounts
    inner join stages on accounts.season_code = stages.season_code
    left join results
        on accounts.candidate_no = results.candidate_no and stages.stage_code = results.stage_code
    left join stops
        on accounts.candidate_no = stops.candidate_no and stages.stage_code = stops.stage_code
    left join places
        on
            accounts.season_code = places.season_code
            and accounts.track_code = places.track_code
            and stages.stage_code = places.stage_code
    left join scales
        on accounts.season_code = scales.season_code and stages.stage_code = scales.stage_code
)

select
    standings.*,
    reasons.status_code as settled_status_code,
    case
        when standings.settled_reason_code is not null then 'settled'
        when standings.is_late then 'late'
        else 'pool'
    end as standing_code
from standings
left join reasons on standings.settled_reason_code = reasons.reason_code
