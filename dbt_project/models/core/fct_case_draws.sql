-- A stage without a draw is dealt by the platform alone, and there is nothing to compare.
with drawn as (
    select * from {{ ref('stg_assignment__drawn_cases') }}
),

drawn_stages as (
    select distinct
        season_code,
        stage_code
    from drawn
),

assigned as (
    select
        drawn_stages.season_code,
        drawn_stages.stage_code,
        assignments.candidate_no,
        assignments.case_code
    from {{ ref('stg_platform__case_assignments') }} as assignments
    inner join {{ ref('dim_candidates') }} as candidates
        on assignments.candidate_no = candidates.candidate_no
    inner join drawn_stages on candidates.season_code = drawn_stages.season_code
),

solved as (
    select
        works.season_code,
        works.stage_code,
        works.candidate_no,
        works.case_code
    from {{ ref('fct_works_to_mark') }} as works
    inner join drawn_stages
        on works.season_code = drawn_stages.season_code and works.stage_code = drawn_stages.stage_code
),

cases as (
    select
        season_code,
        stage_code,
        candidate_no,
        case_code,
        'drawn' as origin_code
    from drawn
    union all
    select
        season_code,
        stage_code,
        candidate_no,
        case_code,
        'assigned' as origin_code
    from assigned
    union all
    select
        season_code,
        stage_code,
        candidate_no,
        case_code,
        'solved' as origin_code
    from solved
),

compared as (
    select
        season_code,
        stage_code,
        candidate_no,
        max(case_code) filter (where origin_code = 'drawn') as drawn_case_code,
        max(case_code) filter (where origin_code = 'assigned') as assigned_case_code,
        max(case_code) filter (where origin_code = 'solved') as solved_case_code
    from cases
    group by season_code, stage_code, candidate_no
)

select
    season_code,
    stage_code,
    candidate_no,
    drawn_case_code,
    assigned_case_code,
    solved_case_code,
    case
        when drawn_case_code is null then 'not_drawn'
        when solved_case_code != drawn_case_code then 'solved_another'
        when assigned_case_code != drawn_case_code then 'given_another'
        when assigned_case_code is null and solved_case_code is null then 'given_none'
    end as case_difference_code
from compared
