{{ config(materialized='view') }}
-- What today's data give, as a list would say it: status, reason, rank and cut of everybody who entered.
with walked as (
    select * from {{ ref('int_selection__walked') }}
),

reasons as (
    select * from {{ ref('reason_codes') }}
),

-- A44: whom the National Commission decides on outside the list before it, by an override; nothing follows
outside as (
    select
        standings.season_code,
        standings.candidate_no,
        standings.stage_order,
        standings.stage_code,
        standings.track_code,
        standings.standing_code,
        standings.score_scaled,
        standings.score_numerator,
        standings.score_denominator,
        standings.common_denominator,
        case standings.settled_reason_code
            when 'ENROLLED' then 'ENROLLED_BY_OVERRIDE' else standings.settled_reason_code
        end as settled_reason_code,
        standings.decision_no,
        0 as count_pool,
        false as is_shortfall,
        false as is_extended,
        false as is_given_free_place,
        standings.settled_status_code = 'admitted' as goes_on
    from {{ ref('int_standings__by_stage') }} as standings
    inner join {{ ref('int_stages__clocked') }} as stages
        on standings.season_code = stages.season_code and standings.stage_code = stages.stage_code
    inner join {{ ref('int_national_decisions__latest') }} as decisions
        on standings.candidate_no = decisions.candidate_no
    left join {{ ref('int_selection__walked') }} as walked
        on standings.candidate_no = walked.candidate_no and standings.stage_code = walked.stage_code
    where stages.admits_by_code = 'decision' and decisions.is_override and walked.candidate_no is null
),

standing as (
    select * from walked
    union all by name
    select * from outside
),

places as (
    select * from {{ ref('int_places__in_force') }}
),

reasoned as (
    select
        *,
        standing_code != 'settled' or score_rank is not null as has_score,
        coalesce(standing_code = 'pool' and score_scaled = cutoff_scaled, false) as is_at_cutoff,
        case
            when standing_code = 'settled' then settled_reason_code
            when standing_code = 'late' and goes_on then 'SUPERNUMERARY'
            when standing_code = 'late' then 'LATE_BELOW_CUTOFF'
            when not goes_on then 'BELOW_CUTOFF'
            -- A8: also who is given a place that another track left free
            when is_shortfall or is_given_free_place then 'SHORTFALL'
            when is_extended and score_scaled = cutoff_scaled then 'BY_TIE'
            else 'WITHIN_LIMIT'
        end as reason_code
    from standing
)

select
    reasoned.season_code,
    reasoned.stage_code,
    reasoned.stage_order,
    reasoned.track_code,
    reasoned.candidate_no,
    reasons.status_code,
    reasoned.reason_code,
    reasoned.goes_on as is_admitted,
    reasoned.standing_code = 'pool' as is_in_pool,
    reasoned.standing_code = 'late' as is_late,
    -- what is annulled, or not published, is no result; a vacancy (A10) keeps the rank that it leaves empty
    (case when reasoned.has_score then reasoned.score_numerator end)::bigint as score_numerator,
    (case when reasoned.has_score then reasoned.score_denominator end)::bigint as score_denominator,
    reasoned.score_rank::integer as rank,
    reasoned.is_at_cutoff,
    reasoned.decision_no,
    reasoned.count_pool::integer as count_pool,
    -- the Commission cuts nobody, but its list says how many places there were (A43)
    coalesce(reasoned.limit_places, places.places)::integer as limit_places,
    -- the fraction in lowest terms
    (reasoned.cutoff_scaled // gcd(reasoned.cutoff_scaled, reasoned.common_denominator))::bigint
        as cutoff_numerator,
    (
        case when reasoned.cutoff_scaled is not null then reasoned.common_denominator end
        // gcd(reasoned.cutoff_scaled, reasoned.common_denominator)
    )::bigint as cutoff_denominator,
    reasoned.is_shortfall
from reasoned
inner join reasons on reasoned.reason_code = reasons.reason_code
left join places
    on
        reasoned.season_code = places.season_code
        and reasoned.stage_code = places.stage_code
        and reasoned.track_code = places.track_code
