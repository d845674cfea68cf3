{{ config(meta={'dagster': {'ref': {'name': 'sel_cutoffs'}}}) }}
-- Order §3.2, A3, A4: more were admitted from the pool than the limit, and not because the last ones are
-- equal.
with admitted as (
    select * from {{ ref('sel_stage_results') }}
    where is_in_pool and is_admitted
),

limits as (
    select * from {{ ref('sel_cutoffs') }}
    where limit_places is not null
),

lowest as (
    select
        season_code,
        stage_code,
        track_code,
        count(*) as count_admitted,
        count(*) filter (where not is_at_cutoff) as count_above_cutoff
    from admitted
    group by season_code, stage_code, track_code
)

select
    lowest.season_code,
    lowest.stage_code,
    lowest.track_code,
    lowest.count_admitted,
    limits.limit_places
from lowest
inner join limits
    on
        lowest.season_code = limits.season_code
        and lowest.stage_code = limits.stage_code
        and lowest.track_code = limits.track_code
where lowest.count_admitted > limits.limit_places and lowest.count_above_cutoff >= limits.limit_places
