{#- Tables and views replaced in one transaction (docs/decisions/0019-replaced-in-place.md). DuckDB replaces a relation
    atomically; the adapter's own way (another name, a backup, renaming, questions about foreign keys and indexes, which this
    project has none of) asks fourteen statements where these ask five. -#}

{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do drop_if_not(target) -%}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced %}
            {{- get_assert_columns_equivalent(compiled_code) }}
            create or replace table {{ target }} {{ get_table_columns_and_constraints() }};
            insert into {{ target }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
        {%- else %}
            create or replace table {{ target }} as ({{ compiled_code }});
        {%- endif %}
    {%- endcall %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do drop_if_not(target) -%}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced %}
            {{- get_assert_columns_equivalent(compiled_code) }}
        {%- endif %}
        create or replace view {{ target }} as ({{ compiled_code }});
    {%- endcall %}
    {% do persist_docs(target, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- Make room for a relation that was of another kind before: a table that became a view, or the other way round. -#}
{% macro drop_if_not(target) %}
    {%- set existing = load_cached_relation(target) -%}
    {%- if existing is not none and existing.type != target.type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
{% endmacro %}

{#- The descriptions of a relation and its columns as one statement. A column that is described and does not exist fails the
    model: DuckDB says which. -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do comments.append(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- for name, column in model.columns.items() -%}
            {%- do comments.append(
                'comment on column ' ~ relation ~ '.' ~ adapter.quote(name) ~ ' is '
                ~ duckdb_escape_comment(column.description) ~ ';'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if comments -%}
        {%- do run_query(comments | join('\n')) -%}
    {%- endif -%}
{%- endmacro %}
