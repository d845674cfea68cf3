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

answers as (
    select
        list_no,
        candidate_no,
        result_code
    from valid
    where not exists (
        select others.list_no
        from valid as others
        where
            others.list_no = valid.list_no
            and others.candidate_no = valid.candidate_no
            and others.weight > valid.weight
    )
),

latest as (
    select
        candidate_no,
        body_code,
        max((sent_on, list_no)) as latest_request,
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
    on
        latest.candidate_no = answers.candidate_no
        and latest.latest_request = (states.sent_on, answers.list_no)
where
    states.state_code
    != case
        when latest.candidate_no is null then 'not_sent'
        when latest.identity_key is distinct from accounts.identity_key and latest.identity_key is not null
            then 'not_sent'
        else coalesce(answers.result_code, 'sent')
    end
