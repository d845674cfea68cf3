{{ config(meta={'dagster': {'ref': {'name': 'fct_vetting_replies'}}}) }}
-- A33: two letters answer one request, or a request names a letter that is not the one that counts for it.
-- (One letter may answer several lists.)
select
    candidate_no,
    list_no
from {{ ref('fct_vetting_replies') }}
where handling_code = 'counted'
group by candidate_no, list_no
having count(*) > 1
union all
select
    requests.candidate_no,
    requests.list_no
from {{ ref('fct_vetting_requests') }} as requests
left join {{ ref('fct_vetting_replies') }} as replies
    on
        requests.candidate_no = replies.candidate_no
        and requests.list_no = replies.list_no
        and requests.reply_no = replies.reply_no
        and replies.handling_code = 'counted'
where requests.reply_no is not null and replies.reply_no is null
