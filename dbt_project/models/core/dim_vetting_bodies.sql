with vetting_bodies as (
    select * from {{ ref('vetting_bodies') }}
)

select
    season_code,
    body_code,
    body_order,
    valid_from,
    valid_to,
    successor_body_code,
    name_kk,
    name_ru,
    name_en
from vetting_bodies
