{{ config(meta={'dagster': {'ref': {'name': 'sel_cutoffs'}}}) }}
-- Detects a policy value, or an alternative, that the engine does not know: it would be taken for the
-- default in silence (docs/rules.md, Policy of the cuts). Parameters that are numbers or dates are not
-- listed.
with parameters as (
    select distinct parameter_code from {{ ref('policy_values') }}
),

given as (
    select
        season_code,
        parameter_code,
        value
    from {{ ref('policy') }}
    union all
    select
        season_code,
        parameter_code,
        unnest(string_split(alternatives, '|')) as value
    from {{ ref('policy') }}
    where alternatives is not null
)

select given.*
from given
inner join parameters on given.parameter_code = parameters.parameter_code
left join {{ ref('policy_values') }} as known
    on given.parameter_code = known.parameter_code and given.value = known.value
where known.value is null
