-- The one order in which places are asked for and given up: acts of placing where they were made, between
-- them by moment, what is given up before what is asked for, equal moments by number.
with arrivals as (
    select * from {{ ref('int_bookings__checked') }}
    where refusal_code is null
),

acts as (
    select distinct
        season_code,
        stage_code,
        act_no,
        read_until
    from {{ ref('stg_placement__places') }}
),

leaving as (
    select
        *,
        least(goes_at, cancelled_at) as left_at
    from arrivals
    where least(goes_at, cancelled_at) is not null
),

events as (
    select
        season_code,
        arrival_id,
        true as is_arrival,
        act_no is not null as is_act,
        count_acts_before,
        arrived_at as happened_at
    from arrivals
    union all
    select
        leaving.season_code,
        leaving.arrival_id,
        false as is_arrival,
        false as is_act,
        greatest(
            leaving.count_acts_before + (leaving.act_no is not null)::integer,
            (
                select count(*) as count_acts from acts
                where
                    acts.season_code = leaving.season_code
                    and acts.stage_code = leaving.stage_code
                    and acts.read_until < leaving.left_at
            )
        ) as count_acts_before,
        leaving.left_at as happened_at
    from leaving
),

numbered as (
    select
        *,
        row_number() over (
            partition by season_code
            order by count_acts_before, is_act, happened_at, is_arrival, arrival_id
        ) as event_no
    from events
)

select
    arrivals.season_code,
    arrivals.arrival_id,
    arrivals.arrival_code,
    arrivals.candidate_no,
    arrivals.stage_code,
    arrivals.is_resit,
    arrivals.slot_no,
    arrivals.starts_at,
    arrivals.ends_at,
    arrivals.capacity,
    arrivals.is_whole_day,
    arrived.event_no as arrival_no,
    gone.event_no as out_no,
    coalesce(arrivals.cancelled_at <= arrivals.goes_at, arrivals.cancelled_at is not null) as is_cancelled
from arrivals
inner join numbered as arrived on arrivals.arrival_id = arrived.arrival_id and arrived.is_arrival
left join numbered as gone on arrivals.arrival_id = gone.arrival_id and not gone.is_arrival
