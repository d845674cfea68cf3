with controls as (
    select * from {{ ref('fct_proctoring_controls') }}
)

select
    season_code,
    stage_code,
    count(*)::integer as count_sittings_clean,
    (count(*) filter (where is_drawn))::integer as count_controls,
    (count(*) filter (where first_verdict_code is not null))::integer as count_controls_looked_at,
    (count(*) filter (where first_verdict_code = 'inconclusive'))::integer as count_controls_inconclusive,
    -- the share of these among those looked at that were not inconclusive is what the model misses
    (count(*) filter (where first_verdict_code = 'confirmed'))::integer as count_controls_found,
    (count(*) filter (where signal_state_code = 'confirmed'))::integer as count_controls_confirmed
from controls
group by season_code, stage_code
