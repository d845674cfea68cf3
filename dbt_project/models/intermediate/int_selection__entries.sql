{{ config(materialized='view') }}
-- Who enters a stage whatever is computed: everybody the first, and after a list published by an act those
-- whom the list in force sends on (docs/rules.md, Publication).
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

lists as (
    select * from {{ ref('int_lists__in_force') }}
)

select
    season_code,
    candidate_no,
    1 as stage_order
from accounts
union all
select
    season_code,
    candidate_no,
    stage_order + 1 as stage_order
from lists
where is_admitted
