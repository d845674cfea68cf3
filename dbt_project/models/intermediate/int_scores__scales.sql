-- A22: means with different panels compare over one common denominator, never rounded.
with scores as (
    select * from {{ ref('int_results__compared') }}
    where outcome_code = 'VALID'
),

-- there are as many denominators as sizes of panels, whatever the number of people
denominators as (
    select distinct
        season_code,
        stage_code,
        score_denominator,
        coalesce(previous_denominator, 1) as previous_denominator
    from scores
)

select
    season_code,
    stage_code,
    list_reduce(list(distinct score_denominator), (a, b) -> lcm(a, b)) as common_denominator,
    list_reduce(list(distinct previous_denominator), (a, b) -> lcm(a, b)) as previous_common_denominator
from denominators
group by season_code, stage_code
