-- Order §4.4, A31-A34: what each body that must answer has said of each candidate, now and by the end of
-- vetting, and whether that is settled: clear, or covered by a decision in force when the list is made.
with required as (
    select * from {{ ref('int_vetting__required') }}
),

requests as (
    select * from {{ ref('int_vetting__request_states') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code in ('keep', 'admit_conditionally')
),

-- a list that names the person otherwise than the counted submission does asked about somebody else: nothing
-- was sent; a list without keys says nothing of it
named as (
    select
        requests.*,
        requests.identity_key is null or requests.identity_key = required.identity_key as is_same_person,
        not required.is_known_at_close as is_new_since
    from requests
    inner join required
        on requests.candidate_no = required.candidate_no and requests.body_code = required.body_code
),

asked as (
    select
        required.season_code,
        required.candidate_no,
        required.body_code,
        required.addressee_body_code,
        coalesce(said.state_code, 'not_sent') as state_code,
        coalesce(closing.state_at_close_code, 'not_sent') as state_at_close_code,
        latest.list_no,
        latest.sent_on,
        latest.due_on,
        said.reply_no,
        said.sender_body_code,
        said.replied_on,
        said.heard_at,
        closing.reply_no_at_close,
        closing.replied_on_at_close,
        closing.heard_at_close,
        coalesce(said._reply_batch_id, latest._batch_id, required._batch_id) as _batch_id
    from required
    left join requests as latest
        on
            required.candidate_no = latest.candidate_no
            and required.body_code = latest.body_code
            and latest.is_last
    left join named as said
        on
            required.candidate_no = said.candidate_no
            and required.body_code = said.body_code
            and said.is_last
            and said.is_same_person
    left join named as closing
        on
            required.candidate_no = closing.candidate_no
            and required.body_code = closing.body_code
            and closing.is_last_at_close
            and (closing.is_same_person or closing.is_new_since)
),

-- A31: a conditional admission covers silence; A33: nobody decides on what was not said or has not arrived
settling as (
    select
        asked.candidate_no,
        asked.body_code,
        max(decisions.decided_at) as decided_at,
        arg_max(decisions.decision_no, (decisions.decided_at, decisions.decision_no)) as decision_no
    from asked
    inner join clock on asked.season_code = clock.season_code
    inner join decisions
        on
            asked.candidate_no = decisions.candidate_no
            and clock.deciding_at >= decisions.decided_at
            and (decisions.ends_at is null or clock.deciding_at < decisions.ends_at)
    where
        case
            when asked.state_at_close_code in ('sent', 'not_sent')
                then decisions.action_code = 'admit_conditionally'
            when {{ local_date('decisions.decided_at') }} < asked.replied_on_at_close then false
            when decisions.decided_at < asked.heard_at_close then false
            when asked.state_at_close_code = 'unclear' then true
            else asked.state_at_close_code = 'adverse' and decisions.action_code = 'keep'
        end
    group by asked.candidate_no, asked.body_code
)

select
    asked.season_code,
    asked.candidate_no,
    asked.body_code,
    asked.addressee_body_code,
    asked.state_code,
    asked.state_at_close_code,
    asked.state_at_close_code = 'clear' or settling.decision_no is not null as is_settled,
    settling.decision_no,
    settling.decided_at,
    asked.list_no,
    asked.sent_on,
    asked.due_on,
    asked.reply_no,
    asked.sender_body_code,
    asked.replied_on,
    asked.heard_at,
    asked.reply_no_at_close,
    asked.replied_on_at_close,
    asked._batch_id
from asked
left join settling on asked.candidate_no = settling.candidate_no and asked.body_code = settling.body_code
