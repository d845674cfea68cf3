-- What holds: of a stage whose list is published by an act, the list in force as it was published; of the
-- others, what is computed (docs/rules.md, Publication).
with judged as (
    select * from {{ ref('int_selection__judged') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

lists as (
    select * from {{ ref('int_lists__in_force') }}
),

reasons as (
    select * from {{ ref('reason_codes') }}
),

-- of whoever entered a published stage after its list, by a restatement of the stage before, nothing moves
-- by itself: they wait
computed as (
    select
        judged.season_code,
        judged.stage_code,
        judged.stage_order,
        judged.track_code,
        judged.candidate_no,
        case when stages.is_published_by_act then 'pending' else judged.status_code end as status_code,
        case when stages.is_published_by_act then 'AWAITS_RESTATEMENT' else judged.reason_code end
            as reason_code,
        not stages.is_published_by_act and judged.is_admitted as is_admitted,
        not stages.is_published_by_act and judged.is_in_pool as is_in_pool,
        not stages.is_published_by_act and judged.is_late as is_late,
        case when not stages.is_published_by_act then judged.score_numerator end as score_numerator,
        case when not stages.is_published_by_act then judged.score_denominator end as score_denominator,
        case when not stages.is_published_by_act then judged.rank end as rank,
        not stages.is_published_by_act and judged.is_at_cutoff as is_at_cutoff,
        case when not stages.is_published_by_act then judged.decision_no end as decision_no,
        case when not stages.is_published_by_act then judged.count_pool end as count_pool,
        case when not stages.is_published_by_act then judged.limit_places end as limit_places,
        case when not stages.is_published_by_act then judged.cutoff_numerator end as cutoff_numerator,
        case when not stages.is_published_by_act then judged.cutoff_denominator end as cutoff_denominator,
        case when not stages.is_published_by_act then judged.is_shortfall end as is_shortfall
    from judged
    inner join stages
        on judged.season_code = stages.season_code and judged.stage_code = stages.stage_code
    left join lists
        on judged.candidate_no = lists.candidate_no and judged.stage_code = lists.stage_code
    where not stages.is_published_by_act or lists.candidate_no is null
),

official as (
    select * from computed
    union all by name
    select * exclude (version, _batch_id) from lists
)

select
    official.season_code,
    official.stage_code,
    official.stage_order,
    official.track_code,
    official.candidate_no,
    official.status_code,
    official.reason_code,
    official.is_admitted,
    official.is_in_pool,
    official.is_late,
    official.score_numerator,
    official.score_denominator,
    official.rank,
    official.is_at_cutoff,
    official.decision_no,
    -- a reason that comes from a cut cites the paragraph of that cut first
    case
        when
            reasons.is_of_cut is not true or stages.cut_paragraph = reasons.paragraph
            then reasons.paragraph
        else concat_ws(', ', stages.cut_paragraph, reasons.paragraph)
    end as paragraph,
    case official.reason_code when 'BY_TIE' then stages.tie_policy_code else reasons.policy_code end
        as policy_code,
    official.count_pool,
    official.limit_places,
    official.cutoff_numerator,
    official.cutoff_denominator,
    official.is_shortfall,
    stages.is_provisional
from official
inner join stages
    on official.season_code = stages.season_code and official.stage_code = stages.stage_code
left join reasons on official.reason_code = reasons.reason_code
