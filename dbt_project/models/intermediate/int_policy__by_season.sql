-- One column a policy parameter that SQL reads, typed once.
with policy as (
    select * from {{ ref('policy') }}
)

select
    season_code,
    max(value) filter (where parameter_code = 'share_rounding') as share_rounding_code,
    max(value) filter (where parameter_code = 'claim_working_days')::integer as claim_working_days,
    max(value) filter (where parameter_code = 'age_limit_years')::integer as age_limit_years,
    max(value) filter (where parameter_code = 'experience_min_years')::integer as experience_min_years,
    max(value) filter (where parameter_code = 'certificate_fallback_years')::integer
        as certificate_fallback_years,
    max(value) filter (where parameter_code = 'language_min_level') as language_min_level_code,
    max(value) filter (where parameter_code = 'citizenship') as citizenship_code
from policy
group by season_code
