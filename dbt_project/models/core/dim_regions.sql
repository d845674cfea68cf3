with regions as (
    select * from {{ ref('regions') }}
)

select
    region_code,
    name_kk,
    name_ru,
    name_en
from regions
