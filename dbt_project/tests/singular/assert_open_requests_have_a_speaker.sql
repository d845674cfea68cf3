{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_vetting_requests'}}}) }}
-- A34: an open request waits for a body that is not in force and has no successor in force: nobody can
-- answer it. A warning: the seed of the bodies must say who took it over, and until then people stay on
-- hold.
select
    requests.list_no,
    requests.body_code,
    requests.addressee_body_code,
    count(*) as count_open
from {{ ref('fct_vetting_requests') }} as requests
inner join {{ ref('int_vetting__clocked') }} as clock on requests.season_code = clock.season_code
left join {{ ref('vetting_bodies') }} as speakers
    on
        requests.season_code = speakers.season_code
        and requests.addressee_body_code = speakers.body_code
        and clock.today_on between speakers.valid_from and coalesce(speakers.valid_to, clock.today_on)
where requests.state_code = 'sent' and speakers.body_code is null
group by requests.list_no, requests.body_code, requests.addressee_body_code
