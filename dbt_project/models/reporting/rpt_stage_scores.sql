with results as (
    select * from {{ ref('sel_stage_results') }}
    where (is_in_pool or is_late) and score_denominator is not null
)

select
    season_code,
    stage_code,
    {{ points('score_numerator', 'score_denominator') }} as score_points,
    count(*)::integer as count_people,
    (count(*) filter (where is_admitted))::integer as count_admitted
from results
group by
    season_code,
    stage_code,
    {{ points('score_numerator', 'score_denominator') }}
