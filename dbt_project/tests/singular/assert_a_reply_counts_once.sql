{{ config(meta={'dagster': {'ref': {'name': 'fct_vetting_replies'}}}) }}
-- A33: a letter answers two requests about one candidate, or two letters answer one request.
select
    candidate_no,
    list_no as number
from {{ ref('fct_vetting_replies') }}
where handling_code = 'counted'
group by candidate_no, list_no
having count(*) > 1
union all
select
    candidate_no,
    reply_no as number
from {{ ref('fct_vetting_requests') }}
where reply_no is not null
group by candidate_no, reply_no
having count(*) > 1
