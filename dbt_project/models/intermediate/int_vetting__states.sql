-- Order §4.3, §4.4, A31-A34: what each body that must answer has said of each candidate by the end of
-- vetting.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
    where is_counted
),

bodies as (
    select * from {{ ref('vetting_bodies') }}
),

vetting_window as (
    select * from {{ ref('int_calendar__moments') }}
    where event_code = 'vetting'
),

requests as (
    select * from {{ ref('stg_agency__vetting_requests') }}
),

replies as (
    select * from {{ ref('stg_vetting__replies') }}
),

required as (
    select
        accounts.season_code,
        accounts.candidate_no,
        bodies.body_code,
        bodies.valid_to,
        bodies.successor_body_code
    from accounts
    inner join bodies
        on
            accounts.season_code = bodies.season_code
            and accounts.submitted_on >= bodies.valid_from
            and accounts.submitted_on <= coalesce(bodies.valid_to, accounts.submitted_on)
),

-- a reply counts for the body whose list it answers, sent by that body or, once it is gone, by its successor
counting as (
    select
        required.season_code,
        required.candidate_no,
        required.body_code,
        replies.result_code,
        replies.replied_on,
        replies.list_no,
        replies.reply_no,
        replies.body_code as sender_body_code,
        replies._batch_id
    from required
    inner join requests
        on required.candidate_no = requests.candidate_no and required.body_code = requests.body_code
    inner join replies
        on requests.list_no = replies.list_no and requests.candidate_no = replies.candidate_no
    inner join vetting_window on required.season_code = vetting_window.season_code
    where
        replies.replied_on >= vetting_window.starts_local::date
        and replies.replied_on < vetting_window.ends_local::date
        and replies.body_code = case
            when replies.replied_on > required.valid_to then required.successor_body_code
            else required.body_code
        end
    qualify row_number() over (
        partition by required.candidate_no, required.body_code
        order by
            replies.replied_on desc,
            replies._received_at desc,
            replies._landed_seq desc,
            replies._row_number desc
    ) = 1
)

select
    required.season_code,
    required.candidate_no,
    required.body_code,
    coalesce(counting.result_code, 'missing') as state_code,
    counting.sender_body_code,
    counting.replied_on,
    counting.list_no,
    counting.reply_no,
    counting._batch_id
from required
left join counting
    on required.candidate_no = counting.candidate_no and required.body_code = counting.body_code
