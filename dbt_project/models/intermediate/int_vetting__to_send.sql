-- Order §4.3: who is to be put on the next list of which body: never sent to it, or sent with data that has
-- changed since.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
    where is_counted
),

eligibility as (
    select * from {{ ref('int_eligibility__outcomes') }}
    where is_passed
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

required as (
    select * from {{ ref('int_vetting__required') }}
),

requests as (
    select * from {{ ref('int_vetting__requests_placed') }}
    where is_last
),

stopped as (
    select distinct stops.candidate_no
    from {{ ref('int_stops__effective') }} as stops
    cross join clock
    where stops.starts_at <= clock.clock_at and coalesce(stops.ends_at > clock.clock_at, true)
)

select
    required.season_code,
    required.candidate_no,
    required.body_code,
    required.addressee_body_code,
    case when requests.list_no is null then 'new' else 'changed' end as change_code,
    requests.list_no as previous_list_no,
    accounts.identity_key,
    accounts._batch_id,
    accounts._row_number
from required
inner join accounts on required.candidate_no = accounts.candidate_no
inner join eligibility on required.candidate_no = eligibility.candidate_no
left join stopped on required.candidate_no = stopped.candidate_no
left join requests
    on required.candidate_no = requests.candidate_no and required.body_code = requests.body_code
where
    stopped.candidate_no is null
    and (
        requests.list_no is null
        -- a list drawn up by hand carries no key: its data is taken to be unchanged
        or (
            requests.identity_key is not null
            and requests.identity_key is distinct from accounts.identity_key
        )
    )
