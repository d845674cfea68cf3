-- Requests for a place that were refused, and why.
with outcomes as (
    select * from {{ ref('fct_booking_outcomes') }}
    where is_refused
),

handlings as (
    select * from {{ ref('booking_handlings') }}
)

select
    outcomes.season_code,
    outcomes.arrival_id,
    outcomes.stage_code,
    outcomes.candidate_no,
    outcomes.slot_no,
    outcomes.arrived_at,
    outcomes.booking_handling_code,
    handlings.text_kk,
    handlings.text_ru,
    handlings.text_en,
    outcomes._batch_id
from outcomes
inner join handlings on outcomes.booking_handling_code = handlings.booking_handling_code
