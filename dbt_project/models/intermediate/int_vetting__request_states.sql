-- Order §4.4, A31-A33: what each request has been answered, now and by the end of vetting. No reply is
-- never clear.
with requests as (
    select * from {{ ref('int_vetting__requests_placed') }}
),

replies as (
    select * from {{ ref('int_vetting__replies_judged') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

counted as (
    select * from replies
    where is_counted
),

counted_at_close as (
    select * from replies
    where is_counted_at_close
),

answered as (
    select
        requests.*,
        -- who was sent again is not waited for under the old list
        case
            when counted.result_code is not null then counted.result_code
            when requests.is_last then 'sent'
            else 'replaced'
        end as state_code,
        coalesce(counted_at_close.result_code, 'sent') as state_at_close_code,
        counted.reply_no,
        counted.replied_on,
        counted.sender_body_code,
        counted.heard_at,
        counted_at_close.reply_no as reply_no_at_close,
        counted_at_close.replied_on as replied_on_at_close,
        counted_at_close.heard_at as heard_at_close,
        coalesce(counted.is_late, false) as is_late,
        counted._batch_id as _reply_batch_id
    from requests
    left join counted
        on requests.list_no = counted.list_no and requests.candidate_no = counted.candidate_no
    left join counted_at_close
        on
            requests.list_no = counted_at_close.list_no
            and requests.candidate_no = counted_at_close.candidate_no
)

select
    answered.season_code,
    answered.list_no,
    answered.candidate_no,
    answered.body_code,
    answered.addressee_body_code,
    answered.sent_on,
    answered.due_on,
    answered.identity_key,
    answered.is_last,
    answered.is_last_at_close,
    answered.state_code,
    answered.state_at_close_code,
    answered.reply_no,
    answered.sender_body_code,
    answered.replied_on,
    answered.heard_at,
    answered.reply_no_at_close,
    answered.replied_on_at_close,
    answered.heard_at_close,
    answered.replied_on - answered.sent_on as days_to_answer,
    {{ local_date('answered.heard_at') }} - answered.sent_on as days_to_hear,
    answered.is_late,
    coalesce(answered.state_code = 'sent' and clock.today_on > answered.due_on, false) as is_overdue,
    case
        when answered.state_code = 'sent' then greatest(clock.today_on - answered.due_on, 0) else 0
    end as days_overdue,
    answered._batch_id,
    answered._reply_batch_id
from answered
left join clock on answered.season_code = clock.season_code
