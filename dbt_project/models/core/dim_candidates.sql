with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

age_bands as (
    select * from {{ ref('age_bands') }}
),

intakes as (
    select
        season_code,
        cast(ends_local - interval 1 microsecond as date) as last_on
    from {{ ref('calendar') }}
    where event_code = 'intake'
),

-- complete years on the day of the submission; without one, on the last day of the intake
aged as (
    select
        accounts.*,
        cast(
            date_sub('year', accounts.birth_on, coalesce(accounts.submitted_on, intakes.last_on)) as integer
        ) as age_years
    from accounts
    inner join intakes on accounts.season_code = intakes.season_code
)

select
    aged.season_code,
    aged.candidate_no,
    aged.is_counted,
    aged.track_code,
    aged.region_code,
    aged.sex_code,
    aged.age_years,
    age_bands.age_band_code,
    aged.employer_type_code,
    aged.test_language_code,
    aged.submitted_at,
    aged.submitted_on
from aged
left join age_bands on aged.age_years between age_bands.age_from and age_bands.age_to
