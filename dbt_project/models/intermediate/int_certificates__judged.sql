-- Order §2.6, A37, A38: does any certificate of the candidate hold on the day of submission?
with documents as (
    select * from {{ ref('int_documents__in_time') }}
    where document_type_code = 'language_certificate'
),

submissions as (
    select * from {{ ref('int_submissions__latest') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

language_levels as (
    select * from {{ ref('language_levels') }}
),

judged as (
    select
        submissions.season_code,
        submissions.candidate_no,
        held.level_order >= needed.level_order
        and documents.issued_on <= submissions.submitted_on
        and coalesce(
            documents.valid_until,
            -- only the National Testing Centre's certificates have a known term; others need a person's look
            case
                when documents.issuer_code = 'KAZTEST'
                    then documents.issued_on + to_years(policy.certificate_fallback_years)
            end
        ) >= submissions.submitted_on as is_holding
    from documents
    inner join submissions on documents.candidate_no = submissions.candidate_no
    inner join policy on submissions.season_code = policy.season_code
    inner join language_levels as held on documents.level_code = held.level_code
    inner join language_levels as needed on policy.language_min_level_code = needed.level_code
)

select
    season_code,
    candidate_no,
    coalesce(bool_or(is_holding), false) as has_language
from judged
group by season_code, candidate_no
