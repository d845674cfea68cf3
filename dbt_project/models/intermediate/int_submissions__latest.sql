-- Order §2.1, A39: what was submitted inside the intake window, the last submission of an account.
with registrations as (
    select * from {{ ref('stg_platform__registrations') }}
),

intake as (
    select * from {{ ref('int_calendar__moments') }}
    where event_code = 'intake'
)

select
    registrations.season_code,
    registrations.candidate_no,
    registrations.submission_no,
    registrations.submitted_at,
    {{ local_date('registrations.submitted_at') }} as submitted_on
from registrations
inner join intake on registrations.season_code = intake.season_code
where
    registrations.submission_no > 0
    and registrations.submitted_at >= intake.starts_at
    and registrations.submitted_at < intake.ends_at
qualify row_number() over (
    partition by registrations.candidate_no
    order by registrations.submitted_at desc, registrations.submission_no desc
) = 1
