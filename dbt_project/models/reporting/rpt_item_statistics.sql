-- A25, advisory: classical statistics of items. The item-rest correlation is Pearson's of right or not with
-- the score on the other items (point-biserial, corrected for overlap); discrimination is the share of right
-- answers in the upper group less that in the lower.
with {{ measured_answers() }},

items as (
    select
        season_code,
        stage_code,
        form_code,
        language_code,
        item_no,
        count(*)::integer as count_takers,
        (count(*) filter (where is_right))::integer as count_right,
        (count(*) filter (where chosen_option_code is null))::integer as count_unanswered,
        (count(*) filter (where is_upper))::integer as count_upper,
        (count(*) filter (where is_upper and is_right))::integer as count_upper_right,
        (count(*) filter (where is_lower))::integer as count_lower,
        (count(*) filter (where is_lower and is_right))::integer as count_lower_right,
        count(*) * sum(rest_points) filter (where is_right)
        - count(*) filter (where is_right) * sum(rest_points) as covariance,
        count(*) * count(*) filter (where is_right)
        - count(*) filter (where is_right) * count(*) filter (where is_right) as variance_right,
        count(*) * sum(rest_points * rest_points) - sum(rest_points) * sum(rest_points) as variance_rest
    from measured
    group by season_code, stage_code, form_code, language_code, item_no
),

judged as (
    select
        items.*,
        terms.easy_percent,
        terms.hard_percent,
        terms.rest_percent,
        case
            when items.count_takers < terms.min_group then 'TOO_FEW'
            when items.variance_right = 0 then 'ALL_EQUAL'
            when items.variance_rest = 0 then 'NO_VARIANCE'
        end as not_computable_code
    from items
    inner join terms on items.season_code = terms.season_code
),

computed as (
    select
        *,
        case
            when coalesce(not_computable_code, '') <> 'TOO_FEW'
                then {{ quotient('count_right', 'count_takers') }}
        end as difficulty,
        case
            when not_computable_code is null
                then {{ quotient('covariance', 'sqrt(variance_right) * sqrt(variance_rest)') }}
        end as item_rest_correlation,
        case
            when not_computable_code is null
                then
                    {{ quotient('count_upper_right', 'count_upper') }}
                    - {{ quotient('count_lower_right', 'count_lower') }}
        end as discrimination
    from judged
)

select
    season_code,
    stage_code,
    form_code,
    language_code,
    item_no,
    count_takers,
    case when difficulty is not null then count_right end as count_right,
    case when difficulty is not null then count_unanswered end as count_unanswered,
    difficulty,
    item_rest_correlation,
    {{ shown('discrimination') }} as discrimination,
    not_computable_code,
    nullif(concat_ws(
        ', ',
        case when item_rest_correlation < 0 then 'NEGATIVE' end,
        case
            when
                item_rest_correlation >= 0
                and {{ is_below_percent('item_rest_correlation', '1', 'rest_percent') }}
                then 'WEAK'
        end,
        case when {{ is_below_percent('difficulty', '1', 'hard_percent') }} then 'HARD' end,
        case when not {{ is_below_percent('difficulty', '1', 'easy_percent') }} then 'EASY' end
    ), '') as item_flag_codes
from computed
