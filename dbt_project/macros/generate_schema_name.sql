{#- Schemas are named exactly as configured, without the target's prefix: staging, intermediate, core,
    selection, reporting, seeds. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
