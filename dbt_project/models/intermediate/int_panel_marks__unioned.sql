-- Marks of all panels in one shape: experts (§6.5), assessors (§7.2), interviewers (§7.4), the commission
-- (§8).
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

marks as (
    select
        works.stage_code,
        works.candidate_no,
        expert_marks.expert_code as rater_code,
        expert_marks.criterion_code,
        expert_marks.points,
        false as is_recused,
        false as is_observer,
        expert_marks.marked_at,
        greatest(expert_marks._first_received_at, works._first_received_at) as known_at
    from {{ ref('int_expert_marks__judged') }} as expert_marks
    inner join {{ ref('int_works__counted') }} as works on expert_marks.work_no = works.work_no
    -- A20: a refused version is kept (fct_expert_mark_versions) and counts for nothing
    where expert_marks.mark_handling_code = 'counted'
    union all
    select
        'assessment_centre' as stage_code,
        candidate_no,
        assessor_code as rater_code,
        competency_code as criterion_code,
        points,
        is_recused,
        false as is_observer,
        observed_on::timestamp as marked_at,
        _first_received_at as known_at
    from {{ ref('stg_academy__assessor_marks') }}
    union all
    select
        'interview' as stage_code,
        candidate_no,
        interviewer_code as rater_code,
        competency_code as criterion_code,
        points,
        is_recused,
        false as is_observer,
        observed_on::timestamp as marked_at,
        _first_received_at as known_at
    from {{ ref('stg_academy__interview_marks') }}
    union all
    select
        'expert_commission' as stage_code,
        candidate_no,
        member_code as rater_code,
        'overall' as criterion_code,
        points,
        is_recused,
        role_code = 'observer' as is_observer,
        session_on::timestamp as marked_at,
        _first_received_at as known_at
    from {{ ref('stg_agency__commission_marks') }}
)

select
    accounts.season_code,
    marks.stage_code,
    marks.candidate_no,
    marks.rater_code,
    marks.criterion_code,
    marks.points,
    marks.is_recused,
    marks.is_observer,
    marks.marked_at,
    marks.known_at
from marks
inner join accounts on marks.candidate_no = accounts.candidate_no
