-- Order §4.4, A33, A34: every version of every reply beside the request that it names: what is wrong with
-- it, if anything, and whether it was the version known when vetting closed.
with versions as (
    select * from {{ ref('stg_vetting__reply_versions') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

requests as (
    select * from {{ ref('int_vetting__requests_placed') }}
),

bodies as (
    select * from {{ ref('vetting_bodies') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

lists as (
    select
        list_no,
        min(body_code) as body_code,
        min(season_code) as season_code
    from requests
    group by list_no
),

latest as (
    select max(season_code) as season_code from bodies
),

-- what a version says that the one before it did not: a copy sent again says nothing new
compared as (
    select
        *,
        coalesce(
            row(body_code, replied_on, result_code, ground_code, fact_on)
            != lag(row(body_code, replied_on, result_code, ground_code, fact_on))
                over (partition by reply_no, list_no, candidate_no order by _version_no), true
        ) as says_otherwise
    from versions
),

-- the first of the unbroken run of versions that say the same is the one that was heard
said as (
    select
        *,
        max(_version_no) filter (where says_otherwise) over saying as said_version_no,
        max(_received_at) filter (where says_otherwise) over saying as heard_at
    from compared
    window saying as (
        partition by reply_no, list_no, candidate_no
        order by _version_no
        rows between unbounded preceding and current row
    )
),

-- what answers nobody and no list is kept with the latest season
addressed as (
    select
        said.*,
        coalesce(
            accounts.season_code, requests.season_code, lists.season_code, latest.season_code
        ) as season_code,
        coalesce(requests.body_code, lists.body_code) as asked_body_code,
        requests.sent_on,
        requests.due_on,
        accounts.candidate_no is not null as has_account,
        lists.list_no is not null as has_list,
        requests.list_no is not null as is_on_list
    from said
    left join accounts on said.candidate_no = accounts.candidate_no
    left join requests on said.list_no = requests.list_no and said.candidate_no = requests.candidate_no
    left join lists on said.list_no = lists.list_no
    cross join latest
),

spoken as (
    select
        addressed.*,
        {{ speaker_on('bodies', 'addressed.replied_on') }} as speaker_body_code
    from addressed
    left join bodies
        on addressed.season_code = bodies.season_code and addressed.asked_body_code = bodies.body_code
)

select
    spoken.season_code,
    spoken.reply_no,
    spoken.candidate_no,
    spoken._version_no,
    spoken.said_version_no,
    spoken.list_no,
    spoken.asked_body_code,
    spoken.body_code as sender_body_code,
    spoken.sent_on,
    spoken.due_on,
    spoken.replied_on,
    spoken.result_code,
    case
        when not spoken.has_account then 'unknown_candidate'
        when not spoken.has_list then 'unknown_list'
        when not spoken.is_on_list then 'not_on_list'
        when not coalesce(spoken.body_code = spoken.speaker_body_code, false) then 'wrong_sender'
        when spoken.replied_on < spoken.sent_on then 'dated_before_list'
        when spoken.replied_on > {{ local_date('spoken._received_at') }} then 'dated_ahead'
    end as fault_code,
    spoken._superseded_at is null as is_latest_version,
    spoken._received_at < clock.closes_at
    and coalesce(spoken._superseded_at >= clock.closes_at, true)
    and spoken.replied_on <= clock.last_day_on as is_at_close,
    spoken._batch_id,
    spoken._received_at,
    spoken.heard_at
from spoken
left join clock on spoken.season_code = clock.season_code
