{{ config(meta={'dagster': {'ref': {'name': 'fct_vetting_states'}}}) }}
-- A31, A33: what a body had said of a candidate when vetting closed is not what it says now, although no
-- letter about the candidate, no list with them and no submission of theirs arrived since.
with closes as (
    select
        season_code,
        ends_at as closes_at,
        ends_local::date as after_on
    from {{ ref('int_calendar__moments') }}
    where stage_code = 'vetting' and event_code = 'vetting'
),

later as (
    select letters.candidate_no
    from {{ ref('stg_vetting__reply_versions') }} as letters
    inner join closes on letters._received_at >= closes.closes_at
    union all
    select requests.candidate_no
    from {{ ref('stg_agency__vetting_requests') }} as requests
    inner join closes
        on requests.sent_on >= closes.after_on or requests._first_received_at >= closes.closes_at
    union all
    select accounts.candidate_no
    from {{ ref('int_accounts__counted') }} as accounts
    inner join closes
        on accounts.season_code = closes.season_code and accounts._received_at >= closes.closes_at
)

select
    states.candidate_no,
    states.body_code,
    states.state_code,
    states.state_at_close_code
from {{ ref('fct_vetting_states') }} as states
left join later on states.candidate_no = later.candidate_no
where
    later.candidate_no is null
    and (
        states.state_code != states.state_at_close_code
        or states.reply_no is distinct from states.reply_no_at_close
    )
