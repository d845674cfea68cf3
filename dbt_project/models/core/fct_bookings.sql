with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

bookings as (
    select * from {{ ref('stg_platform__bookings') }}
)

select
    accounts.season_code,
    bookings.booking_id,
    bookings.candidate_no,
    bookings.stage_code,
    bookings.slot_starts_at,
    bookings.booked_at,
    bookings.is_auto_assigned,
    bookings._batch_id,
    bookings._received_at
from bookings
inner join accounts on bookings.candidate_no = accounts.candidate_no
