-- What the Order leaves open, and whom each answer to it concerned.
with explanations as (
    select * from {{ ref('sel_explanations') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
),

applied as (
    select
        season_code,
        stage_code,
        candidate_no,
        unnest(string_split(policy_codes, ', ')) as policy_code
    from explanations
    where policy_codes != ''
)

select
    applied.season_code,
    applied.stage_code,
    applied.policy_code,
    count(*)::integer as count_applied,
    (count(*) filter (where results.policy_code = applied.policy_code))::integer as count_decided
from applied
inner join results
    on
        applied.season_code = results.season_code
        and applied.stage_code = results.stage_code
        and applied.candidate_no = results.candidate_no
group by applied.season_code, applied.stage_code, applied.policy_code
