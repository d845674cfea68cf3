-- Order §2.6, A36: what the documents of the counted submission say of education and work, in whole years.
with candidates as (
    select * from {{ ref('dim_candidates') }}
),

documents as (
    select * from {{ ref('int_documents__in_time') }}
),

levels as (
    select * from {{ ref('education_levels') }}
),

experience as (
    select * from {{ ref('int_experience__united') }}
),

educated as (
    select
        documents.candidate_no,
        max_by(levels.education_level_code, levels.level_order) as education_level_code
    from documents
    inner join levels on documents.education_level_code = levels.education_level_code
    group by documents.candidate_no
),

-- gaps closed up, as eligibility counts them: work begins so many days before the day after the submission
placed as (
    select
        candidates.candidate_no,
        candidates.submitted_on + 1 - experience.experience_days as begins_on,
        candidates.submitted_on + 1 as ends_on,
        date_diff(
            'year', candidates.submitted_on + 1 - experience.experience_days, candidates.submitted_on + 1
        ) as years_begun
    from candidates
    inner join experience
        on
            candidates.season_code = experience.season_code
            and candidates.candidate_no = experience.candidate_no
)

select
    candidates.season_code,
    candidates.candidate_no,
    educated.education_level_code,
    case
        when placed.begins_on + to_years(placed.years_begun::integer) <= placed.ends_on
            then placed.years_begun
        else placed.years_begun - 1
    end::integer as experience_years
from candidates
left join educated on candidates.candidate_no = educated.candidate_no
left join placed on candidates.candidate_no = placed.candidate_no
