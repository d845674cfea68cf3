with signals as (
    select * from {{ ref('fct_proctoring_signals') }}
)

select
    season_code,
    stage_code,
    signal_type_code,
    count(*)::integer as count_signals,
    (count(*) filter (where signal_state_code = 'open'))::integer as count_signals_open,
    (count(*) filter (where signal_state_code = 'second_review'))::integer as count_signals_second_review,
    (count(*) filter (where signal_state_code = 'dismissed'))::integer as count_signals_dismissed,
    (count(*) filter (where signal_state_code = 'confirmed'))::integer as count_signals_confirmed,
    (count(*) filter (where signal_state_code = 'unsettled'))::integer as count_signals_unsettled,
    (count(*) filter (where signal_state_code = 'superseded'))::integer as count_signals_superseded,
    -- the rate is the confirmed ones among these
    (count(*) filter (where signal_state_code in ('dismissed', 'confirmed', 'unsettled')))::integer
        as count_signals_judged
from signals
group by season_code, stage_code, signal_type_code
