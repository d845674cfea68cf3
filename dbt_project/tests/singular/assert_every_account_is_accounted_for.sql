{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §2: an account that registered is missing from the first stage, or somebody there never registered.
with first_stage as (
    select candidate_no from {{ ref('sel_stage_results') }}
    where stage_order = 1
),

accounts as (
    select distinct candidate_no from {{ ref('stg_platform__registrations') }}
)

select
    accounts.candidate_no as account_without_result,
    first_stage.candidate_no as result_without_account
from accounts
full join first_stage on accounts.candidate_no = first_stage.candidate_no
where accounts.candidate_no is null or first_stage.candidate_no is null
