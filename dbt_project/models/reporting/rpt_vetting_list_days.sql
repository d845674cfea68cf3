with list_days as (
    select * from {{ ref('dim_vetting_list_days') }}
)

select
    season_code,
    list_on,
    due_on,
    is_after_intake
from list_days
