-- What did not go the usual way at a stage: results that are none or late, decisions of the working group by
-- their basis, claims of a resit, marks that did not count. A basis of fewer people than the policy allows is
-- `other` (A45).
with terms as (
    select
        season_code,
        max(value) filter (where parameter_code = 'report_min_group')::integer as min_group
    from {{ ref('policy') }}
    group by season_code
),

results as (
    select
        season_code,
        stage_code,
        'result' as exception_kind_code,
        reason_code as exception_code,
        '' as exception_basis_code,
        count(*) as count_cases
    from {{ ref('sel_stage_results') }}
    where
        status_code not in ('admitted', 'not_admitted', 'absent')
        or is_late
        or reason_code = 'ENROLLED_BY_OVERRIDE'
    group by season_code, stage_code, reason_code
),

decisions as (
    select
        decided.season_code,
        decided.stage_code,
        'decision' as exception_kind_code,
        decided.action_code as exception_code,
        case when count(*) < terms.min_group then 'other' else decided.basis_code end as exception_basis_code,
        count(*) as count_cases
    from {{ ref('fct_working_group_decisions') }} as decided
    inner join terms on decided.season_code = terms.season_code
    -- one that names no stage shows in the results of those whom it stops
    where decided.stage_code is not null
    group by decided.season_code, decided.stage_code, decided.action_code, decided.basis_code, terms.min_group
),

claims as (
    select
        season_code,
        stage_code,
        'resit_claim' as exception_kind_code,
        coalesce(decision_code, 'pending') as exception_code,
        cause_code as exception_basis_code,
        count(*) as count_cases
    from {{ ref('fct_resit_claims') }}
    group by season_code, stage_code, decision_code, cause_code
),

marks as (
    select
        versions.season_code,
        versions.stage_code,
        'refused_mark' as exception_kind_code,
        versions.mark_handling_code as exception_code,
        '' as exception_basis_code,
        count(*) as count_cases
    from {{ ref('fct_expert_mark_versions') }} as versions
    inner join {{ ref('mark_handlings') }} as handlings
        on versions.mark_handling_code = handlings.mark_handling_code
    where handlings.is_refused
    group by versions.season_code, versions.stage_code, versions.mark_handling_code
),

together as (
    select * from results
    union all by name
    select * from decisions
    union all by name
    select * from claims
    union all by name
    select * from marks
)

select
    season_code,
    stage_code,
    exception_kind_code,
    exception_code,
    exception_basis_code,
    sum(count_cases)::integer as count_cases
from together
group by season_code, stage_code, exception_kind_code, exception_code, exception_basis_code
