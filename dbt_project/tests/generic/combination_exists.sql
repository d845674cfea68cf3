{#- Fails for each combination of columns that another table lacks: a relation by more than one column.
    Rows with an empty value in one of the columns are not asked. -#}
{% test combination_exists(model, columns, to) %}

    select distinct child.{{ columns | join(', child.') }}
    from {{ model }} as child
    left join {{ to }} as parent
        on {% for column in columns %} child.{{ column }} = parent.{{ column }} {{ "and" if not loop.last }} {% endfor %}
    where parent.{{ columns[0] }} is null and child.{{ columns | join(' is not null and child.') }} is not null

{% endtest %}
