{{ config(meta={'dagster': {'ref': {'name': 'sel_cutoffs'}}}) }}
-- Order §5.4, A2: a track sent fewer than its share of the pool, the share rounded up.
select
    cutoffs.season_code,
    cutoffs.stage_code,
    cutoffs.track_code,
    cutoffs.count_pool,
    cutoffs.count_admitted
from {{ ref('sel_cutoffs') }} as cutoffs
inner join {{ ref('stages') }} as stages
    on cutoffs.season_code = stages.season_code and cutoffs.stage_code = stages.stage_code
where
    stages.admits_by_code = 'share'
    and cutoffs.is_published
    and cutoffs.count_admitted * stages.share_denominator < cutoffs.count_pool * stages.share_numerator
