with list_days as (
    select * from {{ ref('int_vetting__list_days') }}
)

select
    season_code,
    list_on,
    due_on,
    is_after_intake
from list_days
