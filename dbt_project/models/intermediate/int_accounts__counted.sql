-- Order §2.3, A39, A40: of a person's accounts the one with the last complete submission counts.
with registrations as (
    select * from {{ ref('stg_platform__registrations') }}
),

submissions as (
    select * from {{ ref('int_submissions__latest') }}
),

documents as (
    select * from {{ ref('int_documents__in_time') }}
),

corrected as (
    select * from {{ ref('int_tracks__corrected') }}
),

document_sets as (
    select
        candidate_no,
        bool_or(document_type_code = 'education' and has_annex) as has_education,
        bool_or(document_type_code = 'employment_proof') as has_employment_proof,
        bool_or(document_type_code = 'language_certificate') as has_certificate
    from documents
    group by candidate_no
),

-- the counted submission speaks for the account; without one, its last row does
accounts as (
    select
        registrations.*,
        submissions.submitted_on,
        submissions.candidate_no is not null as is_submitted
    from registrations
    left join submissions on registrations.candidate_no = submissions.candidate_no
    where submissions.submission_no is null or registrations.submission_no = submissions.submission_no
    qualify row_number() over (
        partition by registrations.candidate_no order by registrations.submission_no desc
    ) = 1
),

described as (
    select
        accounts.*,
        accounts.accepts_user_agreement and accounts.consents_personal_data and accounts.confirms_equipment
        and accounts.accepts_exclusion_terms and accounts.accepts_non_disclosure as has_all_consents,
        coalesce(
            document_sets.has_education
            and document_sets.has_employment_proof
            and document_sets.has_certificate,
            false
        ) as has_all_documents
    from accounts
    left join document_sets on accounts.candidate_no = document_sets.candidate_no
),

placed as (
    select
        *,
        is_submitted and has_all_consents and has_all_documents as is_complete,
        row_number() over (
            partition by season_code, person_key
            order by
                is_submitted desc, (is_submitted and has_all_consents and has_all_documents) desc,
                submitted_at desc, candidate_no desc
        ) as place_of_person
    from described
)

select
    placed.season_code,
    placed.candidate_no,
    placed.person_key,
    placed.identity_key,
    placed.submission_no,
    placed.registered_at,
    case when placed.is_submitted then placed.submitted_at end as submitted_at,
    placed.submitted_on,
    placed.is_submitted,
    placed.is_complete,
    placed.is_submitted and placed.place_of_person = 1 as is_counted,
    placed.is_submitted and placed.place_of_person > 1 as is_void,
    coalesce(corrected.track_code, placed.track_code) as track_code,
    placed.region_code,
    placed.sex_code,
    placed.age_years,
    placed.age_years_on_close,
    placed.citizenship_code,
    placed.employer_type_code,
    placed.test_language_code,
    placed.has_all_consents,
    placed.has_all_documents,
    placed._batch_id,
    placed._row_number,
    placed._received_at
from placed
left join corrected on placed.candidate_no = corrected.candidate_no
