with stages as (
    select * from {{ ref('dim_stages') }}
),

stage_results as (
    select * from {{ ref('sel_stage_results') }}
),

decisions as (
    select * from {{ ref('fct_national_decisions') }}
),

enrolled as (
    select stage_results.*
    from stage_results
    inner join stages
        on stage_results.season_code = stages.season_code and stage_results.stage_code = stages.stage_code
    where stages.admits_by_code = 'decision' and stage_results.is_admitted
)

select
    enrolled.season_code,
    enrolled.track_code,
    enrolled.candidate_no,
    enrolled.decision_no,
    decisions.decided_at,
    -- A44: enrolled from outside the Expert Commission's list
    enrolled.reason_code = 'ENROLLED_BY_OVERRIDE' as is_by_override,
    case when enrolled.reason_code = 'ENROLLED_BY_OVERRIDE' then decisions.override_by end as override_by,
    case when enrolled.reason_code = 'ENROLLED_BY_OVERRIDE' then decisions.override_reason end
        as override_reason,
    -- A6: the stage before orders the list for the eye; it decides nothing here
    commission.rank as commission_rank,
    {{ points('commission.score_numerator', 'commission.score_denominator') }} as commission_points
from enrolled
left join decisions
    on enrolled.candidate_no = decisions.candidate_no and enrolled.decision_no = decisions.decision_no
left join stage_results as commission
    on enrolled.candidate_no = commission.candidate_no and enrolled.stage_order = commission.stage_order + 1
