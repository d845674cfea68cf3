-- A25, advisory: who chose which option. An option that is not the key works if weaker candidates choose it.
with {{ measured_answers() }},

chosen as (
    select
        season_code,
        stage_code,
        form_code,
        language_code,
        item_no,
        coalesce(chosen_option_code, '-') as option_code,
        bool_or(is_right) as is_key,
        count(*)::integer as count_chosen,
        (count(*) filter (where is_upper))::integer as count_upper,
        (count(*) filter (where is_lower))::integer as count_lower,
        sum(rest_points) as sum_rest
    from measured
    group by all
),

items as (
    select distinct
        season_code,
        stage_code,
        form_code,
        language_code,
        item_no
    from chosen
),

codes as (
    select distinct
        season_code,
        stage_code,
        form_code,
        language_code,
        option_code
    from chosen
),

-- each option that somebody chose in the form belongs to each of its items
options as (
    select
        items.*,
        codes.option_code
    from items
    inner join codes
        on
            items.season_code = codes.season_code
            and items.stage_code = codes.stage_code
            and items.form_code = codes.form_code
            and items.language_code = codes.language_code
),

beside as (
    select
        options.*,
        coalesce(chosen.is_key, false) as is_key,
        coalesce(chosen.count_chosen, 0) as count_chosen,
        coalesce(chosen.count_upper, 0) as count_upper,
        coalesce(chosen.count_lower, 0) as count_lower,
        chosen.sum_rest,
        sum(chosen.count_chosen) over of_item as count_takers,
        max(chosen.count_chosen) filter (where chosen.is_key) over of_item as key_chosen,
        max(chosen.sum_rest) filter (where chosen.is_key) over of_item as key_sum_rest
    from options
    left join chosen
        on
            options.season_code = chosen.season_code
            and options.stage_code = chosen.stage_code
            and options.form_code = chosen.form_code
            and options.language_code = chosen.language_code
            and options.item_no = chosen.item_no
            and options.option_code = chosen.option_code
    window of_item as (
        partition by
            options.season_code, options.stage_code, options.form_code, options.language_code, options.item_no
    )
)

select
    beside.season_code,
    beside.stage_code,
    beside.form_code,
    beside.language_code,
    beside.item_no,
    beside.option_code,
    case when beside.key_chosen is not null then beside.is_key end as is_key,
    beside.count_chosen,
    {{ quotient('beside.count_chosen', 'beside.count_takers') }} as share_chosen,
    beside.count_upper,
    beside.count_lower,
    {{ quotient('beside.sum_rest', 'beside.count_chosen') }} as mean_rest_points,
    case
        when beside.is_key or beside.option_code = '-' then null
        when
            {{ is_below_percent(
                'beside.count_chosen', 'beside.count_takers', 'terms.distractor_percent'
            ) }}
            then 'IDLE'
        when beside.sum_rest * beside.key_chosen > beside.key_sum_rest * beside.count_chosen
            then 'BETTER_THAN_KEY'
        when beside.count_upper > beside.count_lower then 'LIKED_BY_UPPER'
    end as option_flag_code
from beside
inner join terms on beside.season_code = terms.season_code
where beside.count_takers >= terms.min_group
