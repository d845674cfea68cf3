{#- Fails for each of these columns that has empty values, and counts them. One test for a table and not
    one for a column: a test costs the same whatever it asks. -#}
{% test not_null_columns(model, columns) %}
{{ config(fail_calc="coalesce(sum(count_empty), 0)") }}

    with counted as (
        select
            unnest(['{{ columns | join("', '") }}']) as column_name,
            unnest([
                {% for column in columns %}
                    count(*) - count({{ column }}) {{ "," if not loop.last }}
                {% endfor %}
            ]) as count_empty
        from {{ model }}
    )

    select
        column_name,
        count_empty
    from counted
    where count_empty > 0

{% endtest %}
