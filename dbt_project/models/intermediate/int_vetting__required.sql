-- Order §4.3, A34: the bodies in force on the day of the submission must answer.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
    where is_counted
),

bodies as (
    select * from {{ ref('vetting_bodies') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
)

select
    accounts.season_code,
    accounts.candidate_no,
    bodies.body_code,
    {{ speaker_on('bodies', 'clock.today_on') }} as addressee_body_code,
    accounts.identity_key,
    -- what is known of the person's data at the end of vetting
    accounts._received_at < clock.closes_at as is_known_at_close,
    accounts._batch_id
from accounts
inner join bodies
    on
        accounts.season_code = bodies.season_code
        and accounts.submitted_on >= bodies.valid_from
        and accounts.submitted_on <= coalesce(bodies.valid_to, accounts.submitted_on)
inner join clock on accounts.season_code = clock.season_code
