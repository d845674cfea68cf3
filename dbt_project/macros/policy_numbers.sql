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
