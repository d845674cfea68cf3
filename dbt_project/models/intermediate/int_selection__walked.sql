-- The one mechanism of all cuts of Order §3: stage by stage, whoever goes on from one stage enters the
-- next. Of each track the scores are counted, the counts are cut (macro steps_of_the_cut), and the cut is
-- joined back to the people. What depends on nobody else is settled before, in int_standings__by_stage.
with recursive standings as (
    select * from {{ ref('int_standings__by_stage') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

places as (
    select * from {{ ref('int_places__in_force') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

entries as (
    select * from {{ ref('int_selection__entries') }}
),

walk as (
    select
        season_code,
        candidate_no,
        stage_order - 1 as stage_order,
        null::varchar as stage_code,
        null::varchar as track_code,
        null::varchar as standing_code,
        null::bigint as score_scaled,
        null::bigint as score_numerator,
        null::bigint as score_denominator,
        null::bigint as common_denominator,
        null::varchar as settled_reason_code,
        null::varchar as decision_no,
        null::bigint as score_rank,
        null::bigint as count_pool,
        null::bigint as limit_places,
        null::boolean as is_shortfall,
        null::bigint as cutoff_scaled,
        null::boolean as is_extended,
        null::boolean as is_given_free_place,
        true as goes_on,
        true as enters_next
    from entries
    union all
    (
        with entrants as materialized (
            select standings.*
            from walk
            inner join standings
                on
                    walk.season_code = standings.season_code
                    and walk.candidate_no = standings.candidate_no
                    and walk.stage_order + 1 = standings.stage_order
            where walk.enters_next
        ),

        {{ steps_of_the_cut() }}

        select
            season_code,
            candidate_no,
            stage_order,
            stage_code,
            track_code,
            standing_code,
            score_scaled,
            score_numerator,
            score_denominator,
            common_denominator,
            settled_reason_code,
            decision_no,
            score_rank,
            count_pool,
            limit_places,
            is_shortfall,
            cutoff_scaled,
            is_extended,
            is_given_free_place,
            goes_on,
            -- after a list published by an act, the list says who enters (int_selection__entries)
            goes_on and not is_published_by_act as enters_next
        from decided
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
    score_numerator,
    score_denominator,
    common_denominator,
    settled_reason_code,
    decision_no,
    score_rank,
    count_pool,
    limit_places,
    is_shortfall,
    cutoff_scaled,
    is_extended,
    is_given_free_place,
    goes_on
from walk
where stage_code is not null
