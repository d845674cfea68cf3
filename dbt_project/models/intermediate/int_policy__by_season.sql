-- One column a policy parameter that SQL reads, typed once.
with policy as (
    select * from {{ ref('policy') }}
)

select
    season_code,
    max(value) filter (where parameter_code = 'share_rounding') as share_rounding_code,
    max(value) filter (where parameter_code = 'claim_working_days')::integer as claim_working_days,
    max(value) filter (where parameter_code = 'reply_days')::integer as reply_days,
    max(value) filter (where parameter_code = 'age_limit_years')::integer as age_limit_years,
    max(value) filter (where parameter_code = 'experience_min_years')::integer as experience_min_years,
    max(value) filter (where parameter_code = 'certificate_fallback_years')::integer
        as certificate_fallback_years,
    max(value) filter (where parameter_code = 'language_min_level') as language_min_level_code,
    max(value) filter (where parameter_code = 'citizenship') as citizenship_code,
    max(value) filter (where parameter_code = 'document_reminder_days')::integer as document_reminder_days,
    max(value) filter (where parameter_code = 'preparation_days_before')::integer as preparation_days_before,
    max(value) filter (where parameter_code = 'booking_min_hours')::integer as booking_min_hours,
    max(value) filter (where parameter_code = 'marking_min_days')::integer as marking_min_days
from policy
group by season_code
