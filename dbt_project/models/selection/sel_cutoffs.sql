with tracks as (
    select * from {{ ref('tracks') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

places as (
    select * from {{ ref('int_places__in_force') }}
),

cuts as (
    select
        season_code,
        stage_code,
        track_code,
        count(*) as count_entered,
        -- as the cut says it: a list that late results were added to keeps the pool of its cut, though one of
        -- the pool may have come late since
        any_value(count_pool) as count_pool,
        any_value(limit_places) as limit_places,
        any_value(is_shortfall) as is_shortfall,
        any_value(cutoff_numerator) as cutoff_numerator,
        any_value(cutoff_denominator) as cutoff_denominator,
        count(*) filter (where status_code = 'admitted') as count_admitted,
        count(*) filter (where reason_code = 'BY_TIE') as count_by_tie,
        count(*) filter (where status_code = 'supernumerary') as count_supernumerary
    from {{ ref('sel_stage_results') }}
    group by season_code, stage_code, track_code
)

select
    tracks.season_code,
    stages.stage_code,
    stages.stage_order,
    tracks.track_code,
    coalesce(cuts.count_entered, 0)::integer as count_entered,
    coalesce(cuts.count_pool, 0)::integer as count_pool,
    coalesce(
        cuts.limit_places, places.places, case stages.admits_by_code when 'share' then 0 end
    )::integer as limit_places,
    cuts.cutoff_numerator,
    cuts.cutoff_denominator,
    coalesce(cuts.count_admitted, 0)::integer as count_admitted,
    coalesce(cuts.count_by_tie, 0)::integer as count_by_tie,
    coalesce(cuts.count_supernumerary, 0)::integer as count_supernumerary,
    -- A4, A7: what ties add above the limit is reported, never cut back
    greatest(
        coalesce(cuts.count_admitted, 0)
        - coalesce(cuts.limit_places, places.places, cuts.count_admitted, 0), 0
    )::integer as count_over_limit,
    stages.admits_by_code in ('places', 'share') and stages.is_published
    and coalesce(cuts.is_shortfall, stages.admits_by_code = 'share' or places.places > 0) as is_shortfall,
    stages.is_published,
    stages.is_provisional,
    stages.published_at
from tracks
inner join stages on tracks.season_code = stages.season_code
left join cuts
    on
        tracks.season_code = cuts.season_code
        and tracks.track_code = cuts.track_code
        and stages.stage_code = cuts.stage_code
left join places
    on
        tracks.season_code = places.season_code
        and tracks.track_code = places.track_code
        and stages.stage_code = places.stage_code
