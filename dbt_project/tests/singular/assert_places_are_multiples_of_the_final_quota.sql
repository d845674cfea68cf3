-- Detects a mistyped number of places: a track's places are a whole multiple of its places in the Reserve
-- (Order §3). The stage that the Order sets flat for all tracks has no multiplier.
{{ config(meta={'dagster': {'ref': {'name': 'stage_places'}}}) }}

with places as (
    select * from {{ ref('stage_places') }}
),

stages as (
    select * from {{ ref('stages') }}
),

final_places as (
    select
        places.season_code,
        places.track_code,
        places.places
    from places
    inner join stages
        on places.season_code = stages.season_code and places.stage_code = stages.stage_code
    where stages.admits_by_code = 'decision'
)

select
    places.season_code,
    places.stage_code,
    places.track_code,
    places.places,
    places.quota_multiplier,
    final_places.places as final_places
from places
left join final_places
    on places.season_code = final_places.season_code and places.track_code = final_places.track_code
where
    places.quota_multiplier is not null
    and places.places is distinct from places.quota_multiplier * final_places.places
