with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

age_bands as (
    select * from {{ ref('age_bands') }}
)

select
    accounts.season_code,
    accounts.candidate_no,
    accounts.is_complete,
    accounts.is_counted,
    accounts.track_code,
    accounts.region_code,
    accounts.sex_code,
    accounts.age_years,
    age_bands.age_band_code,
    accounts.employer_type_code,
    accounts.test_language_code,
    accounts.registered_at,
    accounts.submitted_at,
    accounts.submitted_on
from accounts
left join age_bands on accounts.age_years between age_bands.age_from and age_bands.age_to
