{#- Quality of measurement (A25): what is shown of it, for the eye only. Nothing is ranked, cut or compared by it. -#}

{#- A quotient with four places; nothing where the denominator is nothing. Sums are whole numbers until this division. -#}
{% macro quotient(numerator, denominator) -%}
    {{ shown('(' ~ numerator ~ ') / nullif(' ~ denominator ~ ', 0)') }}
{%- endmacro %}

{#- A number with four places. -#}
{% macro shown(value) -%}
    round({{ value }}, 4)::decimal(12, 4)
{%- endmacro %}

{#- A value that is not shown of fewer people than the policy allows; table: the one that says so. -#}
{% macro unless_too_few(table, value) -%}
    case when coalesce({{ table }}.not_computable_code, '') <> 'TOO_FEW' then {{ value }} end
{%- endmacro %}

{#- A share of a hundred, as seed policy states it: n of m is below so many percent. Whole numbers throughout. -#}
{% macro is_below_percent(numerator, denominator, percent) -%}
    ({{ numerator }}) * 100 < ({{ percent }}) * ({{ denominator }})
{%- endmacro %}

{#- How many of n people are so many percent of them, at least: whole numbers, rounded up. -#}
{% macro percent_of(count, percent) -%}
    ({{ count }} * {{ percent }} + 99) // 100
{%- endmacro %}

{#- What statistics of a test rest on, as the first steps of a query: `terms`, one column a parameter of seed `policy`; `takers`,
    one row a person with a valid result; `measured`, their answers with the score on the other items and the side of the extreme
    groups (Kelley 1939), equals at their edges included. -#}
{% macro measured_answers() -%}
answers as (
    select * from {{ ref('fct_item_answers') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
),

policy as (
    select * from {{ ref('policy') }}
),

terms as (
    select
        season_code,
        max(value) filter (where parameter_code = 'measurement_min_group')::integer as min_group,
        max(value) filter (where parameter_code = 'extreme_group_percent')::integer as extreme_percent,
        max(value) filter (where parameter_code = 'item_easy_percent')::integer as easy_percent,
        max(value) filter (where parameter_code = 'item_hard_percent')::integer as hard_percent,
        max(value) filter (where parameter_code = 'item_rest_min_percent')::integer as rest_percent,
        max(value) filter (where parameter_code = 'distractor_min_percent')::integer as distractor_percent
    from policy
    group by season_code
),

takers as (
    select
        answers.season_code,
        answers.stage_code,
        answers.form_code,
        answers.language_code,
        answers.candidate_no,
        results.track_code,
        results.score_numerator,
        results.score_denominator,
        sum(answers.is_right::integer)::integer as count_right
    from answers
    inner join results
        on
            answers.season_code = results.season_code
            and answers.stage_code = results.stage_code
            and answers.candidate_no = results.candidate_no
    where results.is_in_pool or results.is_late
    group by all
),

sided as (
    select
        takers.*,
        rank() over (of_form order by takers.count_right desc)
        <= {{ percent_of('count(*) over of_form', 'terms.extreme_percent') }} as is_upper,
        rank() over (of_form order by takers.count_right asc)
        <= {{ percent_of('count(*) over of_form', 'terms.extreme_percent') }} as is_lower
    from takers
    inner join terms on takers.season_code = terms.season_code
    window of_form as (
        partition by takers.season_code, takers.stage_code, takers.form_code, takers.language_code
    )
),

measured as (
    select
        answers.*,
        sided.is_upper,
        sided.is_lower,
        sided.count_right - answers.is_right::integer as rest_points
    from answers
    inner join sided
        on
            answers.season_code = sided.season_code
            and answers.stage_code = sided.stage_code
            and answers.candidate_no = sided.candidate_no
)
{%- endmacro %}
