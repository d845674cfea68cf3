-- Order §7.2: an assessment day is a whole day, and leaves room for no other place on it; no two places of a
-- candidate overlap.
with arrivals as (
    select * from {{ ref('int_bookings__numbered') }}
)

select
    later.season_code,
    later.arrival_no,
    earlier.arrival_no as other_arrival_no
from arrivals as later
inner join arrivals as earlier
    on
        later.season_code = earlier.season_code
        and later.candidate_no = earlier.candidate_no
        and later.arrival_no > earlier.arrival_no
where
    (later.stage_code != earlier.stage_code or later.is_resit != earlier.is_resit)
    and (
        (later.starts_at < earlier.ends_at and later.ends_at > earlier.starts_at)
        or (
            (later.is_whole_day or earlier.is_whole_day)
            and {{ local_date('later.starts_at') }} = {{ local_date('earlier.starts_at') }}
        )
    )
