{{ config(meta={'dagster': {'ref': {'name': 'rpt_reserve'}}}) }}
-- Order §9.1, A43: the places of all tracks, revisions included, add up to more than the Reserve takes, and
-- no decision allows more.
select
    places.season_code,
    sum(places.places) as sum_places,
    any_value(reserve.limit_total) as limit_total
from {{ ref('int_places__in_force') }} as places
inner join {{ ref('stages') }} as stages
    on places.season_code = stages.season_code and places.stage_code = stages.stage_code
left join {{ ref('fct_reserve_places') }} as reserve
    on places.season_code = reserve.season_code and places.track_code = reserve.track_code
where stages.admits_by_code = 'decision'
group by places.season_code
having sum(places.places) > coalesce(any_value(reserve.limit_total), 0)
