{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §2.3, A40: a person was admitted from registration under more than one candidate number.
select
    accounts.season_code,
    count(*) as count_candidacies
from {{ ref('sel_stage_results') }} as results
inner join {{ ref('int_accounts__counted') }} as accounts on results.candidate_no = accounts.candidate_no
where results.stage_order = 1 and results.is_admitted
group by accounts.season_code, accounts.person_key
having count(*) > 1
