-- The capacity picture: how full each slot is.
with slots as (
    select * from {{ ref('dim_slots') }}
),

taken as (
    select
        season_code,
        slot_no,
        count(*) filter (where not is_placed) as count_booked,
        count(*) filter (where is_placed) as count_placed
    from {{ ref('fct_places') }}
    group by season_code, slot_no
),

refused as (
    select
        season_code,
        slot_no,
        count(*) as count_refused
    from {{ ref('fct_booking_outcomes') }}
    where booking_handling_code = 'slot_full'
    group by season_code, slot_no
),

stages as (
    select * from {{ ref('int_stages__bookable') }}
),

rooms as (
    select
        slots.*,
        case when slots.is_cancelled then 0 else slots.capacity end as count_open,
        not slots.is_cancelled
        and (
            not slots.is_resit
            or coalesce(
                slots.starts_at >= stages.resits_from_at and slots.ends_at <= stages.resits_until_at, false
            )
        ) as is_offered
    from slots
    left join stages on slots.season_code = stages.season_code and slots.stage_code = stages.stage_code
)

select
    rooms.season_code,
    rooms.stage_code,
    rooms.slot_no,
    rooms.is_resit,
    rooms.slot_on,
    rooms.starts_at,
    rooms.ends_at,
    rooms.room_code,
    rooms.track_code,
    rooms.language_code,
    rooms.is_cancelled,
    rooms.is_offered,
    rooms.count_open::integer as capacity,
    coalesce(taken.count_booked, 0)::integer as count_booked,
    coalesce(taken.count_placed, 0)::integer as count_placed,
    greatest(rooms.count_open - coalesce(taken.count_booked + taken.count_placed, 0), 0)::integer
        as count_free,
    greatest(coalesce(taken.count_booked + taken.count_placed, 0) - rooms.count_open, 0)::integer
        as count_over,
    coalesce(refused.count_refused, 0)::integer as count_refused_full
from rooms
left join taken on rooms.season_code = taken.season_code and rooms.slot_no = taken.slot_no
left join refused on rooms.season_code = refused.season_code and rooms.slot_no = refused.slot_no
