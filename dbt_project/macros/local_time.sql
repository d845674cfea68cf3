{#- Local time is the zone of var `local_timezone`; the warehouse stores UTC without a zone. -#}

{#- The local timestamp of a UTC timestamp. -#}
{% macro local_at(utc_expression) -%}
    timezone('{{ var("local_timezone") }}', timezone('UTC', {{ utc_expression }}))
{%- endmacro %}

{#- The local date of a UTC timestamp. -#}
{% macro local_date(utc_expression) -%}
    cast({{ local_at(utc_expression) }} as date)
{%- endmacro %}

{#- The UTC timestamp of a local timestamp, for example of a moment in seed `calendar`. -#}
{% macro utc_at(local_expression) -%}
    timezone('UTC', timezone('{{ var("local_timezone") }}', {{ local_expression }}))
{%- endmacro %}
