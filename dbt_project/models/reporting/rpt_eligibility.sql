with checks as (
    select * from {{ ref('fct_eligibility_checks') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

tracks as (
    select * from {{ ref('dim_tracks') }}
),

rules as (
    select * from {{ ref('eligibility_rules') }}
),

-- the first rule that is not met gives the reason
answers as (
    select
        checks.season_code,
        candidates.track_code,
        checks.rule_code,
        checks.is_met,
        not checks.is_met
        and checks.rule_order = min(checks.rule_order) filter (where not checks.is_met) over (
            partition by checks.season_code, checks.candidate_no
        ) as is_first
    from checks
    inner join candidates
        on checks.season_code = candidates.season_code and checks.candidate_no = candidates.candidate_no
)

select
    rules.season_code,
    tracks.track_code,
    rules.rule_code,
    rules.rule_order,
    count(answers.rule_code)::integer as count_asked,
    (count(*) filter (where not answers.is_met))::integer as count_failed,
    (count(*) filter (where answers.is_first))::integer as count_first_reason
from rules
inner join tracks on rules.season_code = tracks.season_code
left join answers
    on
        rules.season_code = answers.season_code
        and rules.rule_code = answers.rule_code
        and tracks.track_code = answers.track_code
group by rules.season_code, tracks.track_code, rules.rule_code, rules.rule_order
