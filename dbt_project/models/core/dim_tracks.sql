with tracks as (
    select * from {{ ref('tracks') }}
)

select
    season_code,
    track_code,
    track_order,
    name_kk,
    name_ru,
    name_en
from tracks
