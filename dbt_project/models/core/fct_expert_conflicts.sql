-- An expert gets no work of a candidate with whom there is a conflict: declared or found by people, or the
-- same employer as in any employment period (Order §6.5, §6.7).
with candidates as (
    select * from {{ ref('dim_candidates') }}
),

experts as (
    select * from {{ ref('stg_academy__experts') }}
),

told as (
    select * from {{ ref('stg_academy__expert_conflicts') }}
),

employers as (
    select * from {{ ref('stg_platform__candidate_employers') }}
),

same_employer as (
    select distinct
        experts.season_code,
        experts.expert_code,
        employers.candidate_no
    from experts
    inner join employers on experts.employer_key = employers.employer_key
)

select
    candidates.season_code,
    told.expert_code,
    told.candidate_no,
    told.conflict_kind_code,
    told.declared_on
from told
inner join candidates on told.candidate_no = candidates.candidate_no
union all
select
    candidates.season_code,
    same_employer.expert_code,
    same_employer.candidate_no,
    'same_employer' as conflict_kind_code,
    null::date as declared_on
from same_employer
inner join candidates
    on
        same_employer.candidate_no = candidates.candidate_no
        and same_employer.season_code = candidates.season_code
