-- Detects a gap or an overlap between age bands: a candidate would fall out of the funnel or into it twice.
{{ config(meta={'dagster': {'ref': {'name': 'age_bands'}}}) }}

with bands as (
    select
        age_band_code,
        age_from,
        age_to,
        lag(age_to, 1, -1) over (order by age_from) as previous_age_to
    from {{ ref('age_bands') }}
)

select
    age_band_code,
    age_from,
    age_to,
    previous_age_to
from bands
where age_from != previous_age_to + 1 or age_to < age_from
