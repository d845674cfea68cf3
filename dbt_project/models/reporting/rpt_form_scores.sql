with answers as (
    select * from {{ ref('fct_item_answers') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
    where (is_in_pool or is_late) and score_denominator is not null
),

-- one row a person: the counted sitting has one form in one language
takers as (
    select distinct
        season_code,
        stage_code,
        form_code,
        language_code,
        candidate_no
    from answers
)

select
    takers.season_code,
    takers.stage_code,
    results.track_code,
    takers.form_code,
    takers.language_code,
    {{ points('results.score_numerator', 'results.score_denominator') }} as score_points,
    count(*)::integer as count_people,
    (count(*) filter (where results.is_admitted))::integer as count_admitted
from takers
inner join results
    on
        takers.season_code = results.season_code
        and takers.stage_code = results.stage_code
        and takers.candidate_no = results.candidate_no
group by
    takers.season_code,
    takers.stage_code,
    results.track_code,
    takers.form_code,
    takers.language_code,
    {{ points('results.score_numerator', 'results.score_denominator') }}
