{#- Policy numbers as one text, each once and in their order: A2, A10. codes: expressions, each a number or null. -#}
{% macro policy_numbers(codes) -%}
    array_to_string(
        list_transform(
            list_sort(
                list_distinct(
                    list_transform(
                        list_filter([{{ codes | join(', ') }}], code -> code is not null),
                        code -> substr(code, 2)::integer
                    )
                )
            ),
            digits -> 'A' || digits
        ),
        ', '
    )
{%- endmacro %}

{#- Everything open in the Order that was decided on the way to a line of a list, each number once, as steps of a query: from
    `results`, `stages` and `scoring` over `alike`, the kinds of lines, to `policies`, one row a kind. Many lines are alike. -#}
{% macro policies_on_the_way() -%}
alike as (
    select distinct
        season_code,
        stage_code,
        policy_code,
        is_in_pool,
        is_late
    from results
),

policies as (
    select
        alike.*,
        {{ policy_numbers([
            "alike.policy_code",
            "case when alike.is_in_pool and stages.admits_by_code = 'share' then 'A1' end",
            "case when alike.is_in_pool and stages.admits_by_code = 'share' then 'A2' end",
            "case when alike.is_in_pool then stages.tie_policy_code end",
            "case when alike.is_in_pool or alike.is_late then 'A9' end",
            "case when alike.is_in_pool or alike.is_late then 'A10' end",
            "case when alike.is_in_pool or alike.is_late then scoring.scoring_policy_code end",
            "case when (alike.is_in_pool or alike.is_late) and scoring.scoring_policy_code is not null then 'A22' end",
        ]) }} as policy_codes
    from alike
    inner join stages
        on alike.season_code = stages.season_code and alike.stage_code = stages.stage_code
    left join scoring
        on alike.season_code = scoring.season_code and alike.stage_code = scoring.stage_code
)
{%- endmacro %}
