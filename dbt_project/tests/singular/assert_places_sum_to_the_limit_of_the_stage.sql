-- Detects places that do not add up to the limit that the Order names for the stage in all (Order §3), and a
-- stage with a limit but no places.
{{ config(meta={'dagster': {'ref': {'name': 'stage_places'}}}) }}

with stages as (
    select * from {{ ref('stages') }}
),

sums as (
    select
        season_code,
        stage_code,
        sum(places) as places
    from {{ ref('stage_places') }}
    group by season_code, stage_code
)

select
    coalesce(stages.season_code, sums.season_code) as season_code,
    coalesce(stages.stage_code, sums.stage_code) as stage_code,
    stages.limit_total,
    sums.places
from stages
full outer join sums
    on stages.season_code = sums.season_code and stages.stage_code = sums.stage_code
where stages.limit_total is distinct from sums.places
