-- Order §7.1: everything that asks for a place: what candidates book, what the platform assigns by itself,
-- and what acts of the book of slots give. A booking comes after every act that could not know of it.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

stages as (
    select * from {{ ref('int_stages__bookable') }}
),

slots as (
    select * from {{ ref('stg_platform__slots') }}
),

bookings as (
    select * from {{ ref('stg_platform__bookings') }}
),

placements as (
    select * from {{ ref('stg_placement__places') }}
),

acts as (
    select distinct
        season_code,
        stage_code,
        act_no,
        read_until
    from placements
),

-- a booking without a number means the first slot by number that starts then and is open to the candidate
meant as (
    select
        bookings.booking_id,
        min(slots.slot_no) as slot_no
    from bookings
    inner join accounts on bookings.candidate_no = accounts.candidate_no
    inner join slots
        on
            accounts.season_code = slots.season_code
            and bookings.stage_code = slots.stage_code
            and bookings.slot_starts_at = slots.starts_at
    where
        bookings.slot_no is null
        and not slots.is_resit
        and coalesce(slots.track_code = accounts.track_code, true)
        and coalesce(slots.language_code = accounts.test_language_code, true)
    group by bookings.booking_id
),

asked as (
    select
        accounts.season_code,
        'booking/' || bookings.booking_id as arrival_id,
        case when bookings.is_auto_assigned then 'platform' else 'booking' end as arrival_code,
        bookings.booking_id,
        null::integer as act_no,
        bookings.candidate_no,
        bookings.stage_code,
        coalesce(bookings.slot_no, meant.slot_no) as slot_no,
        bookings.booked_at as arrived_at,
        bookings._first_received_at,
        bookings._batch_id,
        bookings._received_at
    from bookings
    inner join accounts on bookings.candidate_no = accounts.candidate_no
    left join meant on bookings.booking_id = meant.booking_id
    union all
    select
        placements.season_code,
        'act/' || placements.act_no || '/' || placements.candidate_no as arrival_id,
        placements.placement_code as arrival_code,
        null as booking_id,
        placements.act_no,
        placements.candidate_no,
        placements.stage_code,
        placements.slot_no,
        placements.placed_at as arrived_at,
        placements._first_received_at,
        placements._batch_id,
        placements._received_at
    from placements
    inner join accounts
        on placements.season_code = accounts.season_code and placements.candidate_no = accounts.candidate_no
)

select
    asked.*,
    (
        select count(*) as count_acts from acts
        where
            acts.season_code = asked.season_code
            and acts.stage_code = asked.stage_code
            and coalesce(acts.act_no < asked.act_no, acts.read_until < asked._first_received_at)
    ) as count_acts_before
from asked
inner join stages on asked.season_code = stages.season_code and asked.stage_code = stages.stage_code
