-- Order §8, §9, A6: the list that a commission reads, in its order, with no more of a candidate than its
-- cards show. The commission that decides on enrolment reads the whole ranking: those proposed are its top.
with stages as (
    select * from {{ ref('dim_stages') }}
),

earlier_shown as (
    select stage_code from {{ ref('card_fields') }}
    where field_code = 'earlier_results' and is_shown
),

lines as (
    select
        lists.* replace (
            lists.score_numerator::hugeint as score_numerator,
            lists.score_denominator::hugeint as score_denominator,
            lists.before_numerator::hugeint as before_numerator,
            lists.before_denominator::hugeint as before_denominator
        )
    from {{ ref('sel_commission_lists') }} as lists
    inner join stages on lists.season_code = stages.season_code and lists.stage_code = stages.stage_code
    where
        lists.list_part_code = 'on_list'
        or (lists.list_part_code = 'below' and stages.admits_by_code = 'decision')
),

-- fractions are compared crosswise, so equal results are equal
compared as (
    select
        lines.*,
        count(*) filter (
            where others.score_numerator * lines.score_denominator
            > lines.score_numerator * others.score_denominator
        ) as count_better,
        count(*) filter (
            where others.score_numerator * lines.score_denominator
            = lines.score_numerator * others.score_denominator
        ) as count_same,
        count(*) filter (
            where others.before_numerator * lines.before_denominator
            > lines.before_numerator * others.before_denominator
        ) as count_better_before
    from lines
    inner join lines as others
        on
            lines.season_code = others.season_code
            and lines.stage_code = others.stage_code
            and lines.track_code = others.track_code
            and lines.list_part_code = others.list_part_code
    group by all
)

select
    compared.season_code,
    compared.stage_code,
    compared.list_stage_code,
    compared.track_code,
    compared.candidate_no,
    compared.list_part_code,
    row_number() over (
        partition by compared.season_code, compared.stage_code, compared.track_code, compared.list_part_code
        order by
            compared.count_better, compared.before_denominator is null, compared.count_better_before,
            compared.candidate_no
    )::integer as display_order,
    compared.rank,
    compared.count_pool,
    {{ points('compared.score_numerator', 'compared.score_denominator') }} as score_points,
    compared.score_numerator::bigint as score_numerator,
    compared.score_denominator::bigint as score_denominator,
    case
        when earlier_shown.stage_code is not null
            then {{ points('compared.before_numerator', 'compared.before_denominator') }}
    end as before_points,
    compared.is_at_cutoff,
    compared.is_late,
    compared.count_same > 1 as has_equals
from compared
left join earlier_shown on compared.stage_code = earlier_shown.stage_code
