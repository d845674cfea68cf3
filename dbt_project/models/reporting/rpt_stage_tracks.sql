with cutoffs as (
    select * from {{ ref('sel_cutoffs') }}
),

tracks as (
    select * from {{ ref('dim_tracks') }}
),

participants as (
    select
        season_code,
        stage_code,
        track_code,
        count(*) filter (where status_code in ('admitted', 'supernumerary', 'not_admitted'))
            as count_participated
    from {{ ref('sel_stage_results') }}
    group by season_code, stage_code, track_code
)

select
    cutoffs.season_code,
    cutoffs.stage_code,
    cutoffs.stage_order,
    cutoffs.track_code,
    tracks.track_order,
    cutoffs.count_entered,
    coalesce(participants.count_participated, 0)::integer as count_participated,
    cutoffs.count_pool,
    cutoffs.limit_places,
    cutoffs.cutoff_numerator,
    cutoffs.cutoff_denominator,
    {{ points('cutoffs.cutoff_numerator', 'cutoffs.cutoff_denominator') }} as cutoff_points,
    cutoffs.count_admitted,
    cutoffs.count_by_tie,
    cutoffs.count_supernumerary,
    cutoffs.count_over_limit,
    cutoffs.is_shortfall,
    cutoffs.is_published,
    cutoffs.is_provisional,
    cutoffs.published_at
from cutoffs
inner join tracks
    on cutoffs.season_code = tracks.season_code and cutoffs.track_code = tracks.track_code
left join participants
    on
        cutoffs.season_code = participants.season_code
        and cutoffs.stage_code = participants.stage_code
        and cutoffs.track_code = participants.track_code
