-- Order §9, A5, A43: who of the proposed stands within the quota, for every number of places that a track can
-- have. Fractions are compared crosswise, so equal results are equal.
with stages as (
    select * from {{ ref('dim_stages') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
),

places as (
    select * from {{ ref('fct_reserve_places') }}
),

-- whoever is out by now takes no place; nobody comes up from below the list for them (A11)
standing as (
    select
        proposed.season_code,
        proposed.track_code,
        proposed.candidate_no,
        proposed.rank,
        proposed.score_numerator::hugeint as score_numerator,
        proposed.score_denominator::hugeint as score_denominator
    from stages
    inner join results as proposed
        on stages.season_code = proposed.season_code and stages.stage_order = proposed.stage_order + 1
    left join results as now
        on
            proposed.candidate_no = now.candidate_no
            and proposed.season_code = now.season_code
            and stages.stage_code = now.stage_code
    where
        stages.admits_by_code = 'decision'
        and proposed.is_admitted
        and coalesce(now.status_code, 'pending') not in ('annulled', 'excluded', 'withdrawn')
),

placed as (
    select
        standing.*,
        count(*) filter (
            where others.score_numerator * standing.score_denominator
            > standing.score_numerator * others.score_denominator
        ) as count_better,
        count(*) filter (
            where others.score_numerator * standing.score_denominator
            = standing.score_numerator * others.score_denominator
        ) as count_equals
    from standing
    inner join standing as others
        on standing.season_code = others.season_code and standing.track_code = others.track_code
    group by all
),

-- a track can have none of the places, all of them, and whatever lies between
offered as (
    select
        season_code,
        track_code,
        places as places_in_force,
        unnest(generate_series(0, greatest(limit_total, places)))::integer as places
    from places
)

select
    placed.season_code,
    placed.track_code,
    offered.places,
    placed.candidate_no,
    placed.rank,
    {{ points('placed.score_numerator', 'placed.score_denominator') }} as score_points,
    (placed.count_better + 1)::integer as best_place,
    (placed.count_better + placed.count_equals)::integer as last_place,
    placed.count_equals::integer as count_equals,
    case
        when placed.count_better + placed.count_equals <= offered.places then 'within'
        when placed.count_better < offered.places then 'at_edge'
        else 'outside'
    end as quota_standing_code,
    offered.places = offered.places_in_force as has_places_in_force
from placed
inner join offered on placed.season_code = offered.season_code and placed.track_code = offered.track_code
