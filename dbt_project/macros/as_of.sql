{#- The season clock T as a UTC timestamp: rows received after it do not exist.
    Var `as_of` holds 'YYYY-MM-DD HH:MM:SS' in UTC; empty means the start of this run, the same in every model. -#}
{% macro as_of() -%}
    timestamp '{{ var("as_of") or run_started_at.astimezone(modules.pytz.utc).strftime("%Y-%m-%d %H:%M:%S.%f") }}'
{%- endmacro %}
