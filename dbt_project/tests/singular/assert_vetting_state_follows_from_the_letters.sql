{{ config(meta={'dagster': {'ref': {'name': 'fct_vetting_states'}}}) }}
-- A31, A33: the state of a body for a candidate is not what the letters say about the latest request. Found
-- another way: the answer that no other valid answer to the request surpasses.
with valid as (
    select
        list_no,
        candidate_no,
        result_code,
        (
            replied_on,
            case result_code when 'adverse' then 2 when 'unclear' then 1 else 0 end,
            reply_no
        ) as weight
    from {{ ref('fct_vetting_replies') }}
    where handling_code in ('counted', 'repeated', 'overruled')
),

heaviest as (
    select
        list_no,
        candidate_no,
        max(weight) as weight
    from valid
    group by list_no, candidate_no
),

answers as (
    select
        valid.list_no,
        valid.candidate_no,
        valid.result_code
    from valid
    inner join heaviest
        on
            valid.list_no = heaviest.list_no
            and valid.candidate_no = heaviest.candidate_no
            and valid.weight = heaviest.weight
),

latest as (
    select
        candidate_no,
        body_code,
        max((sent_on, list_no))[1] as sent_on,
        max((sent_on, list_no))[2] as list_no,
        arg_max(struct_pack(value := identity_key), (sent_on, list_no)).value as identity_key
    from {{ ref('stg_agency__vetting_requests') }}
    group by candidate_no, body_code
)

select
    states.candidate_no,
    states.body_code,
    states.state_code
from {{ ref('fct_vetting_states') }} as states
left join latest on states.candidate_no = latest.candidate_no and states.body_code = latest.body_code
inner join {{ ref('int_accounts__counted') }} as accounts on states.candidate_no = accounts.candidate_no
left join answers
    on latest.candidate_no = answers.candidate_no and latest.list_no = answers.list_no
where
    states.state_code
    != case
        when latest.candidate_no is null then 'not_sent'
        when latest.identity_key is distinct from accounts.identity_key and latest.identity_key is not null
            then 'not_sent'
        else coalesce(case when latest.sent_on = states.sent_on then answers.result_code end, 'sent')
    end
