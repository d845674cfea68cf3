{#- A22: a fraction shown with two decimals, half up; for the eye only, nothing is compared by it.
    Integer arithmetic throughout: floor((200 n + d) / 2 d) hundredths. -#}
{% macro points(numerator, denominator) -%}
    ((({{ numerator }} * 200 + {{ denominator }}) // ({{ denominator }} * 2))::decimal(18, 2) / 100)::decimal(9, 2)
{%- endmacro %}

{#- A22: a fraction in whole hundredths, half up; and how many of them are one. -#}
{% macro hundredths(numerator, denominator) -%}
    (200 * {{ numerator }} + {{ denominator }}) // (2 * {{ denominator }})
{%- endmacro %}

{% macro hundred() -%} 100 {%- endmacro %}
