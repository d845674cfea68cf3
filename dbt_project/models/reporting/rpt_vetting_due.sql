with to_send as (
    select * from {{ ref('fct_vetting_to_send') }}
),

list_days as (
    select * from {{ ref('dim_vetting_list_days') }}
),

coming as (
    select
        season_code,
        min(list_on) as next_list_on
    from list_days
    where list_on >= {{ local_date(as_of()) }}
    group by season_code
)

select
    to_send.season_code,
    to_send.body_code,
    any_value(to_send.addressee_body_code) as addressee_body_code,
    to_send.change_code,
    count(*)::integer as count_candidates,
    any_value(coming.next_list_on) as next_list_on
from to_send
left join coming on to_send.season_code = coming.season_code
group by to_send.season_code, to_send.body_code, to_send.change_code
