{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Detects somebody who is shown otherwise than the list in force says, or not at all (A49).
with shown as (
    select * from {{ ref('sel_stage_results') }}
)

select
    lists.stage_code,
    lists.candidate_no
from {{ ref('int_publications__by_stage') }} as publications
inner join {{ ref('stg_publication__lists') }} as lists on publications.act_no = lists.act_no
left join shown on lists.stage_code = shown.stage_code and lists.candidate_no = shown.candidate_no
where
    shown.status_code is distinct from lists.status_code
    or shown.reason_code is distinct from lists.reason_code
    or shown.is_admitted is distinct from lists.is_admitted
    or shown.rank is distinct from lists.rank
    or shown.score_numerator is distinct from lists.score_numerator
    or shown.score_denominator is distinct from lists.score_denominator
