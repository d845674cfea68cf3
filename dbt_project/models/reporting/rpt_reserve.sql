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
    -- A6: the stage before orders the list for the eye; it decides nothing here
    commission.rank as commission_rank,
    {{ points('commission.score_numerator', 'commission.score_denominator') }} as commission_points
from enrolled
left join decisions
    on enrolled.candidate_no = decisions.candidate_no and enrolled.decision_no = decisions.decision_no
left join stage_results as commission
    on enrolled.candidate_no = commission.candidate_no and enrolled.stage_order = commission.stage_order + 1
