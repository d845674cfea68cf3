-- Order §8, §9: the cut of each list that a commission reads, and how many of it are where.
with commissions as (
    select * from {{ ref('dim_commissions') }}
),

counted as (
    select
        season_code,
        stage_code,
        track_code,
        count(*) filter (where list_part_code = 'on_list') as count_on_list,
        count(*) filter (where list_part_code = 'out') as count_out,
        count(*) filter (where list_part_code = 'unranked') as count_unranked
    from {{ ref('sel_commission_lists') }}
    group by season_code, stage_code, track_code
),

cutoffs as (
    select * from {{ ref('sel_cutoffs') }}
    where is_published
),

publications as (
    select * from {{ ref('sel_publications') }}
)

select
    commissions.season_code,
    commissions.stage_code,
    commissions.list_stage_code,
    cutoffs.track_code,
    publications.planned_at,
    publications.is_provisional,
    publications.version,
    publications.published_at,
    cutoffs.limit_places,
    cutoffs.count_pool,
    {{ points('cutoffs.cutoff_numerator', 'cutoffs.cutoff_denominator') }} as cutoff_points,
    cutoffs.count_by_tie,
    cutoffs.count_over_limit,
    cutoffs.is_shortfall,
    -- places that a shortfall leaves free: nothing moves between tracks (§3.3)
    case
        when cutoffs.is_shortfall then greatest(0, cutoffs.limit_places - cutoffs.count_admitted) else 0
    end::integer as count_left_free,
    coalesce(counted.count_on_list, 0)::integer as count_on_list,
    coalesce(counted.count_out, 0)::integer as count_out,
    coalesce(counted.count_unranked, 0)::integer as count_unranked
from commissions
inner join cutoffs
    on commissions.season_code = cutoffs.season_code and commissions.list_stage_code = cutoffs.stage_code
inner join publications
    on
        commissions.season_code = publications.season_code
        and commissions.list_stage_code = publications.stage_code
left join counted
    on
        commissions.season_code = counted.season_code
        and commissions.stage_code = counted.stage_code
        and cutoffs.track_code = counted.track_code
