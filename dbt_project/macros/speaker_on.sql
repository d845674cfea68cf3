{#- A34: the body that speaks for a vetting body on a day: itself up to its last day, then its successor;
    nobody where it has none. bodies: alias of seed `vetting_bodies` in the query. -#}
{% macro speaker_on(bodies, day) -%}
    case
        when {{ day }} <= coalesce({{ bodies }}.valid_to, {{ day }}) then {{ bodies }}.body_code
        else {{ bodies }}.successor_body_code
    end
{%- endmacro %}
