-- What became of every request for a place (docs/rules.md, Slots).
with arrivals as (
    select * from {{ ref('int_bookings__checked') }}
),

numbered as (
    select * from {{ ref('int_bookings__numbered') }}
),

walked as (
    select
        numbered.season_code,
        numbered.arrival_id,
        numbered.arrival_no,
        numbered.out_no,
        numbered.is_cancelled,
        walked.refusal_code,
        min(numbered.arrival_no) filter (where walked.refusal_code is null) over (
            partition by
                numbered.season_code, numbered.stage_code, numbered.candidate_no, numbered.is_resit
            order by numbered.arrival_no rows between 1 following and unbounded following
        ) as next_no
    from numbered
    inner join {{ ref('int_bookings__walked') }} as walked
        on numbered.season_code = walked.season_code and numbered.arrival_no = walked.arrival_no
),

judged as (
    select
        arrivals.*,
        walked.arrival_no,
        case
            when arrivals.refusal_code is not null then arrivals.refusal_code
            when walked.refusal_code is not null then walked.refusal_code
            when walked.next_no < coalesce(walked.out_no, walked.next_no + 1) then 'moved'
            when walked.out_no is null then 'held'
            when walked.is_cancelled then 'cancelled'
            else 'released'
        end as booking_handling_code
    from arrivals
    left join walked on arrivals.arrival_id = walked.arrival_id
)

select
    judged.season_code,
    judged.arrival_id,
    judged.arrival_code,
    judged.booking_id,
    judged.act_no,
    judged.stage_code,
    judged.candidate_no,
    judged.slot_no,
    judged.is_resit,
    judged.arrived_at,
    judged.arrival_no,
    judged.booking_handling_code,
    handlings.is_held,
    handlings.is_refused,
    judged._batch_id,
    judged._received_at
from judged
inner join {{ ref('booking_handlings') }} as handlings
    on judged.booking_handling_code = handlings.booking_handling_code
