-- The places that candidates have now, in order of arrival within each slot.
with outcomes as (
    select * from {{ ref('fct_booking_outcomes') }}
    where is_held
),

slots as (
    select * from {{ ref('dim_slots') }}
)

select
    outcomes.season_code,
    outcomes.stage_code,
    outcomes.candidate_no,
    outcomes.is_resit,
    outcomes.slot_no,
    slots.starts_at,
    slots.ends_at,
    slots.slot_on,
    slots.room_code,
    outcomes.arrival_code,
    outcomes.arrival_code != 'booking' as is_placed,
    outcomes.arrived_at,
    outcomes.arrival_no,
    (row_number() over (
        partition by outcomes.season_code, outcomes.slot_no order by outcomes.arrival_no
    ))::integer as turn_no
from outcomes
inner join slots on outcomes.season_code = slots.season_code and outcomes.slot_no = slots.slot_no
