-- §6.6, §7.3, §8.4, A19, A22, A26: the panel's mean as an exact fraction, or why there is none.
with sittings as (
    select * from {{ ref('int_sittings__counted') }}
    where sitting_id is not null
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
    where scoring_code = 'panel'
),

raters as (
    select * from {{ ref('int_raters__summed') }}
),

works as (
    select * from {{ ref('int_works__counted') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

two_marks_accepted as (
    select distinct candidate_no
    from {{ ref('stg_agency__working_group_decisions') }}
    where action_code = 'accept_two_marks'
),

panels as (
    select
        season_code,
        stage_code,
        candidate_no,
        count(*) as count_raters,
        count(*) filter (where is_whole) as count_whole,
        any_value(raters_expected) as raters_expected,
        any_value(raters_accepted_by_decision) as raters_accepted_by_decision,
        any_value(quorum) as quorum,
        count(*) filter (where is_counted) as count_counted,
        sum(points_sum) filter (where is_counted) as points_sum,
        any_value(count_criteria) as count_criteria,
        max(known_at) filter (where is_counted) as known_at
    from raters
    group by season_code, stage_code, candidate_no
),

judged as (
    select
        sittings.season_code,
        sittings.stage_code,
        sittings.candidate_no,
        panels.points_sum,
        panels.count_counted * panels.count_criteria as score_denominator,
        greatest(sittings._first_received_at, panels.known_at, works._first_received_at) as known_at,
        case
            when scoring.raters_expected is not null and works.work_no is null then 'NO_RESULT'
            when scoring.raters_expected is not null
                then
                    case
                        when panels.count_counted = panels.raters_expected then 'VALID'
                        when
                            panels.count_counted = panels.raters_accepted_by_decision
                            and (
                                two_marks_accepted.candidate_no is not null
                                or policy.missing_mark_code = 'mean_of_two'
                            ) then 'VALID'
                        else 'MARK_MISSING'
                    end
            when panels.candidate_no is null then 'NO_RESULT'
            when panels.count_whole < panels.count_raters then 'MARK_MISSING'
            when panels.count_raters < panels.quorum then 'NO_QUORUM'
            else 'VALID'
        end as outcome_code
    from sittings
    inner join stages
        on sittings.season_code = stages.season_code and sittings.stage_code = stages.stage_code
    inner join {{ ref('stage_scoring') }} as scoring
        on sittings.season_code = scoring.season_code and sittings.stage_code = scoring.stage_code
    left join panels
        on sittings.candidate_no = panels.candidate_no and sittings.stage_code = panels.stage_code
    left join works
        on sittings.candidate_no = works.candidate_no and sittings.stage_code = works.stage_code
    left join policy on sittings.season_code = policy.season_code
    left join two_marks_accepted on sittings.candidate_no = two_marks_accepted.candidate_no
)

select
    season_code,
    stage_code,
    candidate_no,
    outcome_code,
    case when outcome_code = 'VALID' then points_sum end as score_numerator,
    case when outcome_code = 'VALID' then score_denominator end as score_denominator,
    known_at
from judged
