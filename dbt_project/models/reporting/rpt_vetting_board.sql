with requests as (
    select * from {{ ref('fct_vetting_requests') }}
)

select
    season_code,
    body_code,
    list_no,
    any_value(addressee_body_code) as addressee_body_code,
    min(sent_on) as sent_on,
    min(due_on) as due_on,
    count(*)::integer as count_sent,
    count(*) filter (where reply_no is not null)::integer as count_answered,
    count(*) filter (where state_code = 'clear')::integer as count_clear,
    count(*) filter (where state_code = 'adverse')::integer as count_adverse,
    count(*) filter (where state_code = 'unclear')::integer as count_unclear,
    count(*) filter (where state_code = 'sent')::integer as count_open,
    count(*) filter (where state_code = 'replaced')::integer as count_replaced,
    count(*) filter (where is_overdue)::integer as count_overdue,
    count(*) filter (where is_late)::integer as count_late,
    max(days_overdue)::integer as days_overdue,
    case
        when bool_or(state_code = 'sent') then {{ local_date(as_of()) }} - min(sent_on)
    end::integer as age_days,
    min(replied_on) as first_replied_on,
    max(replied_on) as last_replied_on
from requests
group by season_code, body_code, list_no
