{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §3.2: somebody of the pool who is not admitted beats, or equals, somebody of the same stage and
-- track who is.
with pool as (
    select * from {{ ref('sel_stage_results') }}
    where is_in_pool
)

select
    outside.season_code,
    outside.stage_code,
    outside.track_code,
    outside.candidate_no as candidate_outside,
    inside.candidate_no as candidate_inside
from pool as outside
inner join pool as inside
    on
        outside.season_code = inside.season_code
        and outside.stage_code = inside.stage_code
        and outside.track_code = inside.track_code
where
    not outside.is_admitted
    and inside.is_admitted
    and outside.score_numerator * inside.score_denominator
    >= inside.score_numerator * outside.score_denominator
