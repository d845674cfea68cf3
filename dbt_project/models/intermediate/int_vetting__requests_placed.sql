-- Order §4.3: each candidate of each list, with its season, its due day, and its place among the
-- candidate's requests to the body: who was sent again is asked anew.
with requests as (
    select * from {{ ref('stg_agency__vetting_requests') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

bodies as (
    select * from {{ ref('vetting_bodies') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

due_days as (
    select * from {{ ref('int_vetting__due_days') }}
),

-- without an account the list's number tells the season; a number of no season goes to the latest
lists as (
    select
        requests.list_no,
        requests.body_code,
        coalesce(
            max(bodies.season_code) filter (where requests.list_no like '%-' || bodies.season_code || '-%'),
            max(bodies.season_code)
        ) as season_code
    from requests
    inner join bodies on requests.body_code = bodies.body_code
    group by requests.list_no, requests.body_code
),

seasoned as (
    select
        requests.*,
        coalesce(accounts.season_code, lists.season_code) as season_code
    from requests
    left join lists on requests.list_no = lists.list_no and requests.body_code = lists.body_code
    left join accounts on requests.candidate_no = accounts.candidate_no
)

select
    seasoned.season_code,
    seasoned.list_no,
    seasoned.candidate_no,
    seasoned.body_code,
    {{ speaker_on('bodies', 'clock.today_on') }} as addressee_body_code,
    seasoned.sent_on,
    due_days.due_on,
    seasoned.identity_key,
    row_number() over (
        partition by seasoned.candidate_no, seasoned.body_code
        order by seasoned.sent_on desc, seasoned.list_no desc
    ) = 1 as is_last,
    seasoned.sent_on <= clock.last_day_on
    and seasoned._first_received_at < clock.closes_at
    and row_number() over (
        partition by
            seasoned.candidate_no,
            seasoned.body_code,
            seasoned.sent_on <= clock.last_day_on and seasoned._first_received_at < clock.closes_at
        order by seasoned.sent_on desc, seasoned.list_no desc
    ) = 1 as is_last_at_close,
    seasoned._batch_id
from seasoned
left join bodies on seasoned.season_code = bodies.season_code and seasoned.body_code = bodies.body_code
left join clock on seasoned.season_code = clock.season_code
left join due_days on seasoned.season_code = due_days.season_code and seasoned.sent_on = due_days.sent_on
