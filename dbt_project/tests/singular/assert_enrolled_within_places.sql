{{ config(meta={'dagster': {'ref': {'name': 'rpt_reserve'}}}) }}
-- Order §9.1, A5, A43: more enrolled in a track than its places, as the National Commission may have revised
-- them.
with enrolled as (
    select
        season_code,
        track_code,
        count(*) as count_enrolled
    from {{ ref('rpt_reserve') }}
    group by season_code, track_code
)

select
    enrolled.season_code,
    enrolled.track_code,
    enrolled.count_enrolled,
    places.places
from enrolled
inner join {{ ref('stages') }} as stages
    on enrolled.season_code = stages.season_code and stages.admits_by_code = 'decision'
left join {{ ref('int_places__in_force') }} as places
    on
        enrolled.season_code = places.season_code
        and enrolled.track_code = places.track_code
        and stages.stage_code = places.stage_code
where enrolled.count_enrolled > coalesce(places.places, 0)
