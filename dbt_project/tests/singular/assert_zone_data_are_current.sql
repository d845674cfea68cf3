{{ config(meta={'dagster': {'ref': {'name': 'int_calendar__moments'}}}) }}
-- Order §2, A39: zone tables older than March 2024, by which Almaty is six hours ahead of UTC and the intake
-- would close an hour early. DuckDB brings tables of its own; whatever the machine has is not asked.
with probes as (
    select
        {{ utc_at("timestamp '2025-06-30 23:59:59'") }} as found_at,
        timestamp '2025-06-30 18:59:59' as expected_at
    union all
    select
        ends_at as found_at,
        ends_local - interval 5 hour as expected_at
    from {{ ref('int_calendar__moments') }}
    where ends_at is not null
)

select
    found_at,
    expected_at
from probes
where found_at <> expected_at
