{#- Lengths of recordings, as the contracts have them: exact decimals with four places. -#}

{#- Seconds from one moment to another. -#}
{% macro seconds_between(starts_at, ends_at) -%}
    date_diff('second', {{ starts_at }}, {{ ends_at }})::decimal(12, 4)
{%- endmacro %}

{% macro no_seconds() -%} 0::decimal(12, 4) {%- endmacro %}

{#- A number of seconds in that type. -#}
{% macro as_seconds(number) -%} ({{ number }})::decimal(12, 4) {%- endmacro %}
