{{ config(meta={'dagster': {'ref': {'name': 'sel_cutoffs'}}}) }}
-- Order §3.1, §3.3: a track admitted fewer than its limit although somebody of its pool was left out.
select
    season_code,
    stage_code,
    track_code,
    count_pool,
    limit_places,
    count_admitted
from {{ ref('sel_cutoffs') }}
where
    is_published
    and cutoff_numerator is not null
    and count_admitted < least(limit_places, count_pool)
