{{ config(meta={'dagster': {'ref': {'name': 'sel_cutoffs'}}}) }}
-- Order §3.1, §3.3: a track admitted fewer than its limit although somebody of its pool was left out. Not
-- asked where the season's policy leaves places empty: equals who do not fit (A3, A4, A7), or who was
-- excluded (A10).
select
    cutoffs.season_code,
    cutoffs.stage_code,
    cutoffs.track_code,
    cutoffs.count_pool,
    cutoffs.limit_places,
    cutoffs.count_admitted
from {{ ref('sel_cutoffs') }} as cutoffs
inner join {{ ref('stages') }} as stages
    on cutoffs.season_code = stages.season_code and cutoffs.stage_code = stages.stage_code
inner join {{ ref('int_policy__by_season') }} as policy on cutoffs.season_code = policy.season_code
where
    cutoffs.is_published
    and cutoffs.cutoff_numerator is not null
    and cutoffs.count_admitted < least(cutoffs.limit_places, cutoffs.count_pool)
    and coalesce(
        case stages.tie_policy_code
            when 'A3' then policy.ties_at_cut_code
            when 'A4' then policy.ties_at_late_cut_code
        end, 'extend'
    ) != 'leave_out'
    and coalesce(policy.total_cap_code, 'track_caps') != 'total'
    and coalesce(policy.exclusion_before_list_code, 'removed') != 'vacancy'
