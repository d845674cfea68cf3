{{ config(meta={'dagster': {'ref': {'name': 'fct_places'}}}) }}
-- Order §7.1: more candidates have a place in a slot by booking it than the slot takes.
with places as (
    select * from {{ ref('fct_places') }}
),

slots as (
    select * from {{ ref('dim_slots') }}
)

select
    slots.season_code,
    slots.slot_no,
    slots.capacity,
    count(*) as count_booked
from places
inner join slots on places.season_code = slots.season_code and places.slot_no = slots.slot_no
where places.arrival_code in ('booking', 'platform')
group by slots.season_code, slots.slot_no, slots.capacity
having count(*) > slots.capacity
