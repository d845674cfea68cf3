-- Why somebody stands where they stand at a stage: the rule, the policies, the numbers, the decisions, and
-- the batches that fed it.
with results as (
    select * from {{ ref('sel_stage_results') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

scoring as (
    select * from {{ ref('stage_scoring') }}
),

equals as (
    select
        season_code,
        stage_code,
        track_code,
        rank,
        count(*) as count_equals
    from results
    where rank is not null
    group by season_code, stage_code, track_code, rank
),

{{ policies_on_the_way() }},

-- what the working group decided about the person up to the list
decisions as (
    select
        accounts.season_code,
        stages.stage_code,
        decided.candidate_no,
        string_agg(distinct decided.decision_no, ', ' order by decided.decision_no) as decision_nos
    from {{ ref('fct_working_group_decisions') }} as decided
    inner join {{ ref('int_accounts__counted') }} as accounts on decided.candidate_no = accounts.candidate_no
    inner join stages on accounts.season_code = stages.season_code
    where decided.decided_at <= stages.deciding_at
    group by accounts.season_code, stages.stage_code, decided.candidate_no
),

lineage as (
    select
        season_code,
        stage_code,
        candidate_no,
        string_agg(distinct _batch_id, ', ' order by _batch_id) as _batch_ids
    from {{ ref('int_lineage__by_stage') }}
    group by season_code, stage_code, candidate_no
)

select
    results.season_code,
    results.stage_code,
    results.stage_order,
    results.track_code,
    results.candidate_no,
    results.status_code,
    results.reason_code,
    results.paragraph,
    policies.policy_codes,
    results.score_numerator,
    results.score_denominator,
    {{ points('results.score_numerator', 'results.score_denominator') }} as score_points,
    results.rank,
    equals.count_equals::integer as count_equals,
    results.count_pool,
    results.limit_places,
    results.cutoff_numerator,
    results.cutoff_denominator,
    {{ points('results.cutoff_numerator', 'results.cutoff_denominator') }} as cutoff_points,
    results.is_shortfall,
    results.is_at_cutoff,
    results.is_late,
    results.is_admitted,
    results.is_provisional,
    publications.version,
    publications.act_no,
    results.decision_no,
    decisions.decision_nos,
    lineage._batch_ids
from results
inner join policies
    on
        results.season_code = policies.season_code
        and results.stage_code = policies.stage_code
        and results.policy_code is not distinct from policies.policy_code
        and results.is_in_pool = policies.is_in_pool
        and results.is_late = policies.is_late
left join {{ ref('int_publications__by_stage') }} as publications
    on results.season_code = publications.season_code and results.stage_code = publications.stage_code
left join equals
    on
        results.season_code = equals.season_code
        and results.stage_code = equals.stage_code
        and results.track_code = equals.track_code
        and results.rank = equals.rank
left join decisions
    on
        results.season_code = decisions.season_code
        and results.stage_code = decisions.stage_code
        and results.candidate_no = decisions.candidate_no
left join lineage
    on
        results.season_code = lineage.season_code
        and results.stage_code = lineage.stage_code
        and results.candidate_no = lineage.candidate_no
