-- What of a request for a place depends on nobody else's: why it is refused, and when its place is given up
-- because the candidate goes or the slot is cancelled (docs/rules.md, Slots).
with arrivals as (
    select * from {{ ref('int_bookings__arrived') }}
),

slots as (
    select * from {{ ref('stg_platform__slots') }}
),

stages as (
    select * from {{ ref('int_stages__bookable') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

entrants as (
    select * from {{ ref('int_selection__walked') }}
),

claims as (
    select distinct
        candidate_no,
        stage_code
    from {{ ref('int_resit_claims__judged') }}
    where is_valid
),

outs as (
    select
        arrivals.arrival_id,
        arrivals.arrived_at,
        stops.starts_at,
        stops.ends_at,
        true as is_stop
    from arrivals
    inner join {{ ref('int_stops__effective') }} as stops on arrivals.candidate_no = stops.candidate_no
    where stops.starts_at <= {{ as_of() }}
    union all
    select
        arrivals.arrival_id,
        arrivals.arrived_at,
        stages.listed_at as starts_at,
        null as ends_at,
        false as is_stop
    from arrivals
    inner join stages
        on arrivals.season_code = stages.season_code and arrivals.stage_code = stages.stage_code
    left join entrants
        on arrivals.candidate_no = entrants.candidate_no and arrivals.stage_code = entrants.stage_code
    where stages.listed_at is not null and entrants.candidate_no is null
),

people as (
    select
        arrival_id,
        bool_or(is_stop) filter (where starts_at <= arrived_at and coalesce(ends_at > arrived_at, true))
            as is_by_stop,
        min(starts_at) filter (where starts_at > arrived_at) as goes_at
    from outs
    group by arrival_id
)

select
    arrivals.*,
    coalesce(slots.is_resit, false) as is_resit,
    slots.starts_at,
    slots.ends_at,
    slots.capacity,
    stages.is_whole_day,
    case when people.goes_at < slots.starts_at then people.goes_at end as goes_at,
    case when slots.cancelled_at > arrivals.arrived_at then slots.cancelled_at end as cancelled_at,
    case
        when slots.slot_no is null then 'unknown_slot'
        when slots.track_code != accounts.track_code then 'other_track'
        when slots.language_code != accounts.test_language_code then 'other_language'
        when slots.cancelled_at <= arrivals.arrived_at then 'slot_cancelled'
        when
            arrivals.arrival_code = 'booking' and not slots.is_resit
            and arrivals.arrived_at < stages.opens_at
            then 'before_window'
        when
            arrivals.arrived_at >= slots.starts_at
            or (
                arrivals.arrival_code = 'booking' and not slots.is_resit
                and arrivals.arrived_at >= stages.closes_at
            )
            then 'after_window'
        when people.is_by_stop then 'stopped'
        when people.is_by_stop is not null then 'not_admitted'
        when slots.is_resit and claims.candidate_no is null then 'no_resit'
        when
            slots.is_resit
            and not coalesce(
                slots.starts_at >= stages.resits_from_at and slots.ends_at <= stages.resits_until_at, false
            )
            then 'outside_resit_window'
        when arrivals.arrival_code = 'platform' and not slots.is_resit and not stages.is_placed_automatically
            then 'no_placement'
    end as refusal_code
from arrivals
inner join stages on arrivals.season_code = stages.season_code and arrivals.stage_code = stages.stage_code
inner join accounts on arrivals.candidate_no = accounts.candidate_no
left join slots
    on
        arrivals.season_code = slots.season_code
        and arrivals.stage_code = slots.stage_code
        and arrivals.slot_no = slots.slot_no
left join people on arrivals.arrival_id = people.arrival_id
left join claims
    on arrivals.candidate_no = claims.candidate_no and arrivals.stage_code = claims.stage_code
