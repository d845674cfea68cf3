with experts as (
    select * from {{ ref('dim_experts') }}
),

named as (
    select
        season_code,
        expert_code,
        unnest(string_split(track_codes, '|')) as track_code
    from experts
)

select distinct
    season_code,
    expert_code,
    track_code
from named
