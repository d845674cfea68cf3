with replies as (
    select * from {{ ref('fct_vetting_replies') }}
),

states as (
    select * from {{ ref('fct_vetting_states') }}
),

handlings as (
    select * from {{ ref('reply_handlings') }}
),

closes as (
    select
        season_code,
        {{ utc_at('ends_local') }} as closes_at
    from {{ ref('calendar') }}
    where stage_code = 'vetting' and event_code = 'vetting'
)

select
    replies.season_code,
    replies.reply_no,
    replies.candidate_no,
    replies.list_no,
    replies.sender_body_code,
    replies.replied_on,
    replies.received_at,
    replies.result_code,
    replies.handling_code,
    replies.is_late,
    replies.is_corrected
from replies
inner join handlings on replies.handling_code = handlings.handling_code
left join closes on replies.season_code = closes.season_code
left join states on replies.candidate_no = states.candidate_no and replies.body_code = states.body_code
where
    handlings.is_problem
    or replies.is_corrected
    or replies.heard_at >= closes.closes_at
    -- what is not clear under a list that was replaced, or that names the person as they were before, decides
    -- nothing: somebody must see it
    or (
        replies.result_code != 'clear'
        and (replies.list_no is distinct from states.list_no or states.state_code = 'not_sent')
    )
