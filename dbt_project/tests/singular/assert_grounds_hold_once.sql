-- Detects a ground that stands in the dictionary twice on one day: an adverse reply would have two terms.
{{ config(meta={'dagster': {'ref': {'name': 'grounds'}}}) }}

with grounds as (
    select * from {{ ref('grounds') }}
)

select
    earlier.ground_code,
    earlier.valid_from,
    later.valid_from as also_valid_from
from grounds as earlier
inner join grounds as later
    on earlier.ground_code = later.ground_code and earlier.valid_from < later.valid_from
where earlier.valid_to is null or earlier.valid_to >= later.valid_from
