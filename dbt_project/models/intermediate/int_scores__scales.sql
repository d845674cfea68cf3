-- A22: means with different panels compare over one common denominator, never rounded.
with scores as (
    select * from {{ ref('int_results__compared') }}
    where outcome_code = 'VALID'
)

select
    season_code,
    stage_code,
    list_reduce(list(distinct score_denominator), (a, b) -> lcm(a, b)) as common_denominator,
    list_reduce(
        list(distinct coalesce(previous_denominator, 1)), (a, b) -> lcm(a, b)
    ) as previous_common_denominator
from scores
group by season_code, stage_code
