with walked as (
    select * from {{ ref('int_selection__walked') }}
),

standings as (
    select * from {{ ref('int_standings__by_stage') }}
),

stages as (
    select * from {{ ref('stages') }}
),

reasons as (
    select * from {{ ref('reason_codes') }}
),

judged as (
    select
        walked.season_code,
        walked.stage_code,
        walked.stage_order,
        walked.track_code,
        walked.candidate_no,
        walked.standing_code,
        -- A3: competition rank within the pool; equal scores share it
        case
            when walked.standing_code = 'pool'
                then rank() over (
                    partition by
                        walked.season_code, walked.stage_code, walked.track_code, walked.standing_code
                    order by walked.score_scaled desc
                )
        end as score_rank,
        walked.goes_on,
        standings.score_numerator,
        standings.score_denominator,
        standings.decision_no,
        coalesce(walked.standing_code = 'pool' and walked.score_scaled = walked.cutoff_scaled, false)
            as is_at_cutoff,
        -- A3: more than the limit stand at or above the cut-off
        count(*) filter (where walked.standing_code = 'pool' and walked.goes_on)
            over (partition by walked.season_code, walked.stage_code, walked.track_code) > walked.limit_places
            as is_extended,
        walked.is_shortfall,
        standings.settled_reason_code
    from walked
    inner join standings
        on
            walked.season_code = standings.season_code
            and walked.candidate_no = standings.candidate_no
            and walked.stage_code = standings.stage_code
),

explained as (
    select
        *,
        case
            when standing_code = 'settled' then settled_reason_code
            when standing_code = 'late' and goes_on then 'SUPERNUMERARY'
            when standing_code = 'late' then 'LATE_BELOW_CUTOFF'
            when not goes_on then 'BELOW_CUTOFF'
            when is_shortfall then 'SHORTFALL'
            when is_extended and is_at_cutoff then 'BY_TIE'
            else 'WITHIN_LIMIT'
        end as reason_code
    from judged
)

select
    explained.season_code,
    explained.stage_code,
    explained.stage_order,
    explained.track_code,
    explained.candidate_no,
    reasons.status_code,
    explained.reason_code,
    explained.goes_on as is_admitted,
    explained.standing_code = 'pool' as is_in_pool,
    explained.standing_code = 'late' as is_late,
    explained.score_numerator::bigint as score_numerator,
    explained.score_denominator::bigint as score_denominator,
    explained.score_rank::integer as rank,
    explained.is_at_cutoff,
    explained.decision_no,
    -- a reason that comes from a cut cites the paragraph of that cut first
    case
        when
            explained.standing_code = 'settled' or stages.cut_paragraph = reasons.paragraph
            then reasons.paragraph
        else concat_ws(', ', stages.cut_paragraph, reasons.paragraph)
    end as paragraph,
    case explained.reason_code when 'BY_TIE' then stages.tie_policy_code else reasons.policy_code end
        as policy_code
from explained
inner join stages
    on explained.season_code = stages.season_code and explained.stage_code = stages.stage_code
left join reasons on explained.reason_code = reasons.reason_code
