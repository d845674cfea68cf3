{{ config(meta={'dagster': {'ref': {'name': 'fct_rater_marks'}}}) }}
-- Order §6.5, A20: an expert's mark counts otherwise than it was first given, and no decision of the working
-- group records a correction. Read from the versions as received, not from the selection's own steps.
with policy as (
    select * from {{ ref('policy') }}
    where parameter_code = 'mark_changes' and value = 'locked'
),

works as (
    select * from {{ ref('fct_solutions') }}
),

first_versions as (
    select * from {{ ref('stg_platform__expert_mark_versions') }}
    qualify row_number() over (
        partition by work_no, expert_code, criterion_code
        order by _received_at asc, _landed_seq asc, _row_number asc
    ) = 1
),

firsts as (
    select
        works.stage_code,
        works.candidate_no,
        first_versions.expert_code,
        first_versions.criterion_code,
        first_versions.points,
        first_versions.marked_at
    from first_versions
    inner join works on first_versions.work_no = works.work_no
)

select
    marks.candidate_no,
    marks.rater_code,
    marks.criterion_code
from {{ ref('fct_rater_marks') }} as marks
inner join policy on marks.season_code = policy.season_code
where
    marks.stage_code in (select firsts.stage_code from firsts)
    -- of several works of one candidate the one that counts is among these
    and not exists (
        select firsts.points
        from firsts
        where
            marks.candidate_no = firsts.candidate_no
            and marks.rater_code = firsts.expert_code
            and marks.criterion_code = firsts.criterion_code
            and marks.points = firsts.points
            and marks.marked_at = firsts.marked_at
    )
    and not exists (
        select decisions.decision_no
        from {{ ref('fct_working_group_decisions') }} as decisions
        where
            decisions.action_code = 'correct_mark'
            and marks.candidate_no = decisions.candidate_no
            and marks.stage_code = decisions.stage_code
    )
