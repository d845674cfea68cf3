-- Order §3.2, §9.2, A43: places of a track at a stage; the National Commission may revise its own.
with places as (
    select * from {{ ref('stage_places') }}
),

stages as (
    select * from {{ ref('stages') }}
),

revisions as (
    select * from {{ ref('stg_agency__quota_revisions') }}
    qualify row_number() over (
        partition by season_code, track_code
        order by decided_at desc, decision_no desc
    ) = 1
)

select
    places.season_code,
    places.stage_code,
    places.track_code,
    coalesce(revisions.places, places.places) as places,
    revisions.decision_no
from places
inner join stages
    on places.season_code = stages.season_code and places.stage_code = stages.stage_code
left join revisions
    on
        stages.admits_by_code = 'decision'
        and places.season_code = revisions.season_code
        and places.track_code = revisions.track_code
