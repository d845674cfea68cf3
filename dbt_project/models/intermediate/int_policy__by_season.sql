-- One column a policy parameter that SQL reads, typed once.
with policy as (
    select * from {{ ref('policy') }}
)

select
    season_code,
    max(value) filter (where parameter_code = 'share_rounding') as share_rounding_code,
    max(value) filter (where parameter_code = 'share_base') as share_base_code,
    max(value) filter (where parameter_code = 'ties_at_cut') as ties_at_cut_code,
    max(value) filter (where parameter_code = 'ties_at_late_cut') as ties_at_late_cut_code,
    max(value) filter (where parameter_code = 'tie_breaker') as tie_breaker_code,
    max(value) filter (where parameter_code = 'total_cap') as total_cap_code,
    max(value) filter (where parameter_code = 'shortfall') as shortfall_code,
    max(value) filter (where parameter_code = 'carry_over') as carry_over_code,
    max(value) filter (where parameter_code = 'exclusion_before_list') as exclusion_before_list_code,
    max(value) filter (where parameter_code = 'exclusion_after_list') as exclusion_after_list_code,
    max(value) filter (where parameter_code = 'late_result') as late_result_code,
    max(value) filter (where parameter_code = 'pending_resit') as pending_resit_code,
    max(value) filter (where parameter_code = 'no_show') as no_show_code,
    max(value) filter (where parameter_code = 'missing_mark') as missing_mark_code,
    max(value) filter (where parameter_code = 'counted_marks') as counted_marks_code,
    max(value) filter (where parameter_code = 'mark_changes') as mark_changes_code,
    max(value) filter (where parameter_code = 'missing_video') as missing_video_code,
    max(value) filter (where parameter_code = 'rounding') as rounding_code,
    max(value) filter (where parameter_code = 'restate_freeze_hours')::integer as restate_freeze_hours,
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
    max(value) filter (where parameter_code = 'marking_min_days')::integer as marking_min_days,
    max(value) filter (where parameter_code = 'disagreement_points')::integer as disagreement_points,
    max(value) filter (where parameter_code = 'control_percent')::integer as control_percent,
    max(value) filter (where parameter_code = 'control_min_count')::integer as control_min_count,
    max(value) filter (where parameter_code = 'control_seconds')::integer as control_seconds,
    max(value) filter (where parameter_code = 'control_seed') as control_seed
from policy
group by season_code
