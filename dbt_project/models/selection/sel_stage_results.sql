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
)

select
    walked.season_code,
    walked.stage_code,
    walked.stage_order,
    walked.track_code,
    walked.candidate_no,
    walked.status_code,
    walked.reason_code,
    walked.goes_on as is_admitted,
    walked.standing_code = 'pool' as is_in_pool,
    walked.standing_code = 'late' as is_late,
    standings.score_numerator::bigint as score_numerator,
    standings.score_denominator::bigint as score_denominator,
    walked.score_rank::integer as rank,
    coalesce(walked.standing_code = 'pool' and standings.score_scaled = walked.cutoff_scaled, false)
        as is_at_cutoff,
    standings.decision_no,
    -- a reason that comes from a cut cites the paragraph of that cut first
    case
        when walked.standing_code = 'settled' or stages.cut_paragraph = reasons.paragraph then reasons.paragraph
        else concat_ws(', ', stages.cut_paragraph, reasons.paragraph)
    end as paragraph,
    case walked.reason_code when 'BY_TIE' then stages.tie_policy_code else reasons.policy_code end as policy_code
from walked
inner join standings
    on walked.candidate_no = standings.candidate_no and walked.stage_code = standings.stage_code
inner join stages
    on walked.season_code = stages.season_code and walked.stage_code = stages.stage_code
left join reasons on walked.reason_code = reasons.reason_code
