-- The one mechanism of all cuts of Order §3: stage by stage, whoever goes on from one stage enters the next,
-- and the pool of each track is ranked and cut. What depends on nobody else is settled before, in
-- int_standings__by_stage.
with recursive standings as (
    select * from {{ ref('int_standings__by_stage') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

walk as (
    select
        season_code,
        candidate_no,
        0 as stage_order,
        null::varchar as stage_code,
        track_code,
        null::varchar as standing_code,
        null::bigint as score_scaled,
        null::bigint as count_pool,
        null::bigint as limit_places,
        null::boolean as is_shortfall,
        null::bigint as cutoff_scaled,
        true as goes_on
    from standings
    where stage_order = 1
    union all
    (
        with entrants as (
            select standings.*
            from walk
            inner join standings
                on
                    walk.season_code = standings.season_code
                    and walk.candidate_no = standings.candidate_no
                    and walk.stage_order + 1 = standings.stage_order
            where walk.goes_on
        ),

        ranked as (
            select
                *,
                count(*) filter (where standing_code = 'pool')
                    over (partition by season_code, stage_code, track_code) as count_pool,
                -- the position finds the limit-th person's score, the same whoever of the equals stands
                -- there
                row_number() over (
                    partition by season_code, stage_code, track_code, standing_code
                    order by score_scaled desc, candidate_no asc
                ) as pool_position
            from entrants
        ),

        limited as (
            select
                ranked.*,
                case
                    when ranked.admits_by_code = 'places' then ranked.places
                    when ranked.admits_by_code = 'share' and policy.share_rounding_code = 'floor'
                        then ranked.count_pool * ranked.share_numerator // ranked.share_denominator
                    when ranked.admits_by_code = 'share'
                        then
                            (ranked.count_pool * ranked.share_numerator + ranked.share_denominator - 1)
                            // ranked.share_denominator
                end as limit_places
            from ranked
            inner join policy on ranked.season_code = policy.season_code
        ),

        cut as (
            select
                *,
                count_pool < limit_places or (count_pool = 0 and admits_by_code = 'share') as is_shortfall,
                max(score_scaled) filter (where standing_code = 'pool' and pool_position = limit_places)
                    over (partition by season_code, stage_code, track_code) as cutoff_scaled
            from limited
        )

        select
            season_code,
            candidate_no,
            stage_order,
            stage_code,
            track_code,
            standing_code,
            score_scaled,
            count_pool,
            limit_places,
            is_shortfall,
            cutoff_scaled,
            case
                when standing_code = 'settled' then settled_status_code = 'admitted'
                else is_shortfall or coalesce(score_scaled >= cutoff_scaled, false)
            end as goes_on
        from cut
    )
)

select
    season_code,
    candidate_no,
    stage_order,
    stage_code,
    track_code,
    standing_code,
    score_scaled,
    count_pool,
    limit_places,
    is_shortfall,
    cutoff_scaled,
    goes_on
from walk
where stage_order > 0
