{#- The latest accepted version of each key of a raw table, as of the season clock: a correction is a new row.
    Ties of receipt are settled by landing order and row number, a total order. Adds `_first_received_at`, the first
    receipt of the key (docs/rules.md, Time).
    source_relation: a raw table; key_columns: the key of its contract. -#}
{% macro latest_version(source_relation, key_columns) -%}
    select
        *,
        min(_received_at) over (partition by {{ key_columns | join(', ') }}) as _first_received_at
    from {{ source_relation }}
    where _received_at <= {{ as_of() }}
    qualify row_number() over (
        partition by {{ key_columns | join(', ') }}
        order by _received_at desc, _landed_seq desc, _row_number desc
    ) = 1
{%- endmacro %}
