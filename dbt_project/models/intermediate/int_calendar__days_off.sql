-- Days that are not worked, and what gives way to them.
with days as (
    select * from {{ ref('int_calendar__days') }}
)

select
    days.day_on,
    isodow(days.day_on) < 6 as is_weekday,
    worked.day_on as next_working_on
from days
inner join days as worked on worked.is_working and days.working_day_no + 1 = worked.working_day_no
where not days.is_working
