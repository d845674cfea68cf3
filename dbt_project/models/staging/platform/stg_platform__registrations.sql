with source as (
    {{ latest_version(source('raw', 'platform__registrations'), ['candidate_no', 'submission_no']) }}
)

select
    season_code,
    candidate_no,
    submission_no,
    registered_at,
    submitted_at,
    person_key,
    identity_key,
    age_years,
    age_years_on_close,
    sex_code,
    citizenship_code,
    region_code,
    track_code,
    employer_type_code,
    test_language_code,
    accepts_user_agreement,
    consents_personal_data,
    confirms_equipment,
    accepts_exclusion_terms,
    accepts_non_disclosure,
    _batch_id,
    _source_file,
    _row_number,
    _received_at,
    _landed_seq,
    _first_received_at
from source
