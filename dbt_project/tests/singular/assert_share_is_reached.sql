{{ config(meta={'dagster': {'ref': {'name': 'sel_cutoffs'}}}) }}
-- Order §5.4, A2: a track sent fewer than its share of the pool, rounded as the season's policy says.
-- Not asked where equals who do not fit stay out (A3), or who was excluded leaves a place empty (A10).
select
    cutoffs.season_code,
    cutoffs.stage_code,
    cutoffs.track_code,
    cutoffs.count_pool,
    cutoffs.count_admitted
from {{ ref('sel_cutoffs') }} as cutoffs
inner join {{ ref('stages') }} as stages
    on cutoffs.season_code = stages.season_code and cutoffs.stage_code = stages.stage_code
inner join {{ ref('int_policy__by_season') }} as policy on cutoffs.season_code = policy.season_code
where
    stages.admits_by_code = 'share'
    and cutoffs.is_published
    and cutoffs.count_admitted * stages.share_denominator
    < cutoffs.count_pool * stages.share_numerator
    - case when policy.share_rounding_code = 'floor' then stages.share_denominator - 1 else 0 end
    and coalesce(policy.ties_at_cut_code, 'extend') != 'leave_out'
    and coalesce(policy.exclusion_before_list_code, 'removed') != 'vacancy'
