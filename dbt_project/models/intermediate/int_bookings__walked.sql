-- Order §7.1: first come, first served. Who gets a place depends on who came before, and a move frees one for
-- who comes after. Everybody is let in; then all are judged by what the round before says of those who came
-- before them, until a round changes nothing. Each round settles at least one more in the order, and what no
-- round changes is what judging one after another gives.
with recursive arrivals as (
    select * from {{ ref('int_bookings__numbered') }}
),

clashes as (
    select * from {{ ref('int_bookings__clashing') }}
),

rounds as (
    select
        0 as round_no,
        season_code,
        arrival_no,
        null::varchar as refusal_code
    from arrivals
    union all
    (
        with seated as materialized (
            select
                arrivals.season_code,
                arrivals.stage_code,
                arrivals.candidate_no,
                arrivals.is_resit,
                arrivals.slot_no,
                arrivals.capacity,
                arrivals.arrival_code,
                arrivals.arrival_no,
                arrivals.out_no,
                rounds.round_no,
                rounds.refusal_code,
                case when rounds.refusal_code is null then arrivals.arrival_no end as accepted_no
            from rounds
            inner join arrivals
                on rounds.season_code = arrivals.season_code and rounds.arrival_no = arrivals.arrival_no
        ),

        {{ steps_of_a_round() }}

        select
            round_no,
            season_code,
            arrival_no,
            refusal_code
        from judged
        qualify bool_or(refusal_code is distinct from previous_code) over ()
    )
)

select
    season_code,
    arrival_no,
    refusal_code
from rounds
qualify round_no = max(round_no) over ()
