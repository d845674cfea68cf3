-- Order §2: what is wrong by the registration row itself, or because a row that should be there is missing.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

registrations as (
    select * from {{ ref('stg_platform__registrations') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

experience as (
    select * from {{ ref('int_experience__united') }}
),

held as (
    select
        candidate_no,
        bool_or(document_type_code = 'education') as has_education,
        bool_or(document_type_code = 'employment_proof') as has_proof,
        bool_or(document_type_code = 'language_certificate') as has_certificate
    from {{ ref('int_documents__in_time') }}
    group by candidate_no
),

-- a submission outside the window is a row of its own, and matters where there is none inside it
outside as (
    select
        accounts.season_code,
        accounts.candidate_no,
        registrations.submission_no,
        registrations._batch_id,
        registrations._row_number
    from accounts
    inner join registrations on accounts.candidate_no = registrations.candidate_no
    where
        not accounts.is_submitted
        and registrations.submission_no > 0
        and registrations.submitted_at is not null
),

described as (
    select
        accounts.season_code,
        accounts.candidate_no,
        accounts.submission_no,
        accounts._batch_id,
        accounts._row_number,
        map {
            'NOTHING_SUBMITTED': not accounts.is_submitted
            and accounts.candidate_no not in (select outside.candidate_no from outside),
            'OTHER_ACCOUNT_COUNTS': accounts.is_void,
            'NO_USER_AGREEMENT': not registrations.accepts_user_agreement,
            'NO_DATA_CONSENT': not registrations.consents_personal_data,
            'NO_EQUIPMENT': not registrations.confirms_equipment,
            'NO_EXCLUSION_TERMS': not registrations.accepts_exclusion_terms,
            'NO_NON_DISCLOSURE': not registrations.accepts_non_disclosure,
            'NO_EDUCATION': not coalesce(held.has_education, false),
            'NO_EMPLOYMENT_PROOF': not coalesce(held.has_proof, false),
            'NO_CERTIFICATE': not coalesce(held.has_certificate, false),
            'NOT_CITIZEN': accounts.citizenship_code <> policy.citizenship_code,
            'TOO_OLD': accounts.age_years >= policy.age_limit_years,
            'NO_EMPLOYMENT': experience.candidate_no is null
        } as is_so_by_finding
    from accounts
    inner join registrations
        on
            accounts.candidate_no = registrations.candidate_no
            and accounts.submission_no = registrations.submission_no
    inner join policy on accounts.season_code = policy.season_code
    left join held on accounts.candidate_no = held.candidate_no
    left join experience on accounts.candidate_no = experience.candidate_no
)

select
    described.season_code,
    described.candidate_no,
    findings.rule_code,
    findings.finding_code,
    described.submission_no,
    described._batch_id,
    described._row_number
from described
inner join {{ ref('finding_codes') }} as findings on described.is_so_by_finding[findings.finding_code]
union all
select
    season_code,
    candidate_no,
    'SUBMITTED' as rule_code,
    'SUBMITTED_OUTSIDE_WINDOW' as finding_code,
    submission_no,
    _batch_id,
    _row_number
from outside
