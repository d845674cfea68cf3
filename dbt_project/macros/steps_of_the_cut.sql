{#- The cut of one or more stages (docs/rules.md, The cut; Policy of the cuts), as steps of a query: from `entrants`, whoever
    enters, over `cut`, one row a score of a track with its rank and whether it goes on, and `cutoffs`, one row a track, to
    `decided`, everybody with the cut.
    Reads the steps `stages` (int_stages__clocked), `places` (int_places__in_force) and `policy` (int_policy__by_season) of the
    query. Scores are counted before they are cut: what a policy changes, it changes on a table with one row a score. -#}
{% macro steps_of_the_cut() -%}
tallies as (
    select
        season_code,
        stage_code,
        track_code,
        any_value(places) as places,
        count(*) filter (where standing_code = 'pool' or leaves_vacancy) as count_pool,
        count(*) filter (
            where settled_status_code is null
            or settled_status_code not in ('annulled', 'excluded', 'withdrawn')
            or leaves_vacancy
        ) as count_entrants,
        count(*) filter (where settled_status_code = 'absent') as count_absent,
        count(*) filter (where settled_status_code = 'pending_resit') as count_resits
    from entrants
    group by season_code, stage_code, track_code
),

-- A1, A2, A14, A18: of whom the share is taken, and how it is rounded
based as (
    select
        tallies.*,
        stages.admits_by_code,
        stages.share_numerator,
        stages.share_denominator,
        stages.limit_total,
        policy.share_rounding_code,
        coalesce(policy.shortfall_code = 'best_of_others', false) as is_shared_out,
        coalesce(policy.total_cap_code = 'total', false) as is_capped_in_all,
        coalesce(
            case stages.tie_policy_code
                when 'A3' then policy.ties_at_cut_code
                when 'A4' then policy.ties_at_late_cut_code
            end = 'leave_out', false
        ) as leaves_ties_out,
        case
            when policy.share_base_code = 'entrants' then tallies.count_entrants
            else
                tallies.count_pool
                + case when policy.no_show_code = 'counted' then tallies.count_absent else 0 end
                + case when policy.pending_resit_code = 'counted' then tallies.count_resits else 0 end
        end as count_base
    from tallies
    inner join stages
        on tallies.season_code = stages.season_code and tallies.stage_code = stages.stage_code
    inner join policy on tallies.season_code = policy.season_code
),

limited as (
    select
        *,
        case
            when admits_by_code = 'places' then places
            when admits_by_code = 'share' and share_rounding_code = 'floor'
                then count_base * share_numerator // share_denominator
            when admits_by_code = 'share'
                then (count_base * share_numerator + share_denominator - 1) // share_denominator
        end as limit_places
    from based
),

counted as (
    select
        season_code,
        stage_code,
        track_code,
        score_scaled,
        tie_scaled,
        count(*) as count_people
    from entrants
    where standing_code = 'pool' or leaves_vacancy
    group by season_code, stage_code, track_code, score_scaled, tie_scaled
),

ranked as (
    select
        counted.*,
        limited.limit_places,
        limited.leaves_ties_out,
        limited.is_capped_in_all,
        limited.is_shared_out,
        limited.limit_total,
        limited.count_pool < limited.limit_places as is_shortfall,
        sum(counted.count_people) over (
            partition by counted.season_code, counted.stage_code, counted.track_code
            order by counted.score_scaled desc, counted.tie_scaled desc
        ) as count_reached
    from counted
    inner join limited
        on
            counted.season_code = limited.season_code
            and counted.stage_code = limited.stage_code
            and counted.track_code = limited.track_code
),

-- A3, A4, A7: equals who reach beyond the limit go on, or stay out by policy
within as (
    select
        *,
        count_reached <= limit_places
        or (
            count_reached - count_people < limit_places
            and not leaves_ties_out
            and not (
                is_capped_in_all
                and coalesce(
                    sum(count_people) filter (where count_reached - count_people < limit_places)
                        over (partition by season_code, stage_code) > limit_total,
                    false
                )
            )
        ) as is_within
    from ranked
),

-- A8: what other tracks leave free goes to the best scores below the cut-offs, only by policy
shared as (
    select
        *,
        case
            when is_shared_out and not is_within
                then
                    sum(count_people) filter (where not is_within) over (
                        partition by season_code, stage_code
                        order by score_scaled desc, tie_scaled desc
                    )
                    - sum(count_people) filter (where not is_within) over (
                        partition by season_code, stage_code, score_scaled, tie_scaled
                    )
        end as count_better_below
    from within
),

-- a track that nobody entered leaves all its places free
unentered as (
    select
        places.season_code,
        places.stage_code,
        sum(places.places) as count_free
    from places
    left join limited
        on
            places.season_code = limited.season_code
            and places.stage_code = limited.stage_code
            and places.track_code = limited.track_code
    where limited.track_code is null
    group by places.season_code, places.stage_code
),

free as (
    select
        limited.season_code,
        limited.stage_code,
        sum(greatest(limited.limit_places - limited.count_pool, 0))
        + coalesce(
            any_value(unentered.count_free) filter (where limited.admits_by_code = 'places'), 0
        ) as count_free
    from limited
    left join unentered
        on limited.season_code = unentered.season_code and limited.stage_code = unentered.stage_code
    group by limited.season_code, limited.stage_code
),

cut as (
    select
        shared.season_code,
        shared.stage_code,
        shared.track_code,
        shared.score_scaled,
        shared.tie_scaled,
        shared.count_reached - shared.count_people + 1 as score_rank,
        shared.is_within,
        coalesce(shared.count_better_below < free.count_free, false) as is_given_free_place
    from shared
    inner join free
        on shared.season_code = free.season_code and shared.stage_code = free.stage_code
),

cutoffs as (
    select
        limited.season_code,
        limited.stage_code,
        limited.track_code,
        limited.count_pool,
        limited.limit_places,
        coalesce(limited.count_pool < limited.limit_places, false)
        or (limited.count_pool = 0 and limited.admits_by_code = 'share') as is_shortfall,
        min(within.score_scaled) filter (where within.is_within and not within.is_shortfall)
            as cutoff_scaled,
        -- A3: more than the limit stand at or above the cut-off
        coalesce(
            sum(within.count_people) filter (where within.is_within) > limited.limit_places, false
        ) as is_extended
    from limited
    left join within
        on
            limited.season_code = within.season_code
            and limited.stage_code = within.stage_code
            and limited.track_code = within.track_code
    group by
        limited.season_code,
        limited.stage_code,
        limited.track_code,
        limited.count_pool,
        limited.limit_places,
        limited.admits_by_code
),

decided as (
    select
        entrants.*,
        case when entrants.standing_code = 'pool' or entrants.leaves_vacancy then cut.score_rank end
            as score_rank,
        cutoffs.count_pool,
        cutoffs.limit_places,
        cutoffs.is_shortfall,
        cutoffs.cutoff_scaled,
        cutoffs.is_extended,
        coalesce(cut.is_given_free_place and not cutoffs.is_shortfall, false) as is_given_free_place,
        case entrants.standing_code
            when 'settled' then entrants.settled_status_code = 'admitted'
            when 'late'
                then
                    cutoffs.is_shortfall
                    or coalesce(entrants.score_scaled >= cutoffs.cutoff_scaled, false)
            else cutoffs.is_shortfall or cut.is_within or cut.is_given_free_place
        end as goes_on
    from entrants
    inner join cutoffs
        on
            entrants.season_code = cutoffs.season_code
            and entrants.stage_code = cutoffs.stage_code
            and entrants.track_code = cutoffs.track_code
    left join cut
        on
            entrants.season_code = cut.season_code
            and entrants.stage_code = cut.stage_code
            and entrants.track_code = cut.track_code
            and entrants.score_scaled = cut.score_scaled
            and entrants.tie_scaled = cut.tie_scaled
)
{%- endmacro %}
