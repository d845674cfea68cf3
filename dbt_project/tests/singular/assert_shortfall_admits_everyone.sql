{{ config(meta={'dagster': {'ref': {'name': 'sel_cutoffs'}}}) }}
-- Order §3.3, §6.9: a track with fewer candidates than places left somebody of its pool out.
select
    season_code,
    stage_code,
    track_code,
    count_pool,
    limit_places,
    count_admitted
from {{ ref('sel_cutoffs') }}
where is_shortfall and count_admitted < count_pool
