{{ config(materialized='view') }}
-- The list that an act would publish now: `whole`, as computed; or `only_late`, the list in force with those
-- whose late result reaches its cut-off (A13), or who go on since a stop was lifted and have no late result.
with judged as (
    select * from {{ ref('int_selection__judged') }}
),

lists as (
    select * from {{ ref('int_lists__in_force') }}
),

cuts as (
    select
        season_code,
        stage_code,
        track_code,
        any_value(count_pool) as count_pool,
        any_value(limit_places) as limit_places,
        any_value(cutoff_numerator) as cutoff_numerator,
        any_value(cutoff_denominator) as cutoff_denominator,
        any_value(is_shortfall) as is_shortfall
    from lists
    group by season_code, stage_code, track_code
),

late as (
    select
        judged.season_code,
        judged.stage_code,
        judged.candidate_no,
        judged.track_code,
        judged.is_in_pool,
        judged.is_late,
        judged.score_numerator,
        judged.score_denominator,
        judged.decision_no,
        case when judged.is_late then 'supernumerary' else judged.status_code end as status_code,
        case when judged.is_late then 'SUPERNUMERARY' else judged.reason_code end as reason_code,
        true as is_admitted,
        case when not judged.is_late then judged.rank end as rank,
        judged.is_at_cutoff and not judged.is_late as is_at_cutoff,
        cuts.count_pool,
        cuts.limit_places,
        cuts.cutoff_numerator,
        cuts.cutoff_denominator,
        cuts.is_shortfall
    from judged
    inner join cuts
        on
            judged.season_code = cuts.season_code
            and judged.stage_code = cuts.stage_code
            and judged.track_code = cuts.track_code
    left join lists
        on
            judged.season_code = lists.season_code
            and judged.stage_code = lists.stage_code
            and judged.candidate_no = lists.candidate_no
    left join {{ ref('int_stops__lifted') }} as lifted
        on judged.stage_code = lifted.stage_code and judged.candidate_no = lifted.candidate_no
    where
        not coalesce(lists.is_admitted, false)
        and case
            when not judged.is_late then judged.is_admitted and lifted.stage_code is not null
            else
                cuts.is_shortfall
                or judged.score_numerator::hugeint * cuts.cutoff_denominator
                >= cuts.cutoff_numerator::hugeint * judged.score_denominator
        end
),

standing as (
    select lists.*
    from lists
    left join late on lists.stage_code = late.stage_code and lists.candidate_no = late.candidate_no
    where late.candidate_no is null
),

nexts as (
    select
        'whole' as kind_code,
        judged.*
    from judged
    union all by name
    select
        'only_late' as kind_code,
        late.*
    from late
    union all by name
    select
        'only_late' as kind_code,
        standing.*
    from standing
)

select
    season_code,
    stage_code,
    kind_code,
    candidate_no,
    track_code,
    status_code,
    reason_code,
    is_admitted,
    is_in_pool,
    is_late,
    score_numerator,
    score_denominator,
    rank,
    is_at_cutoff,
    decision_no,
    count_pool,
    limit_places,
    cutoff_numerator,
    cutoff_denominator,
    is_shortfall
from nexts
