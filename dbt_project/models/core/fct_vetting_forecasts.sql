with forecasts as (
    select * from {{ ref('int_vetting__forecasts') }}
)

select
    season_code,
    body_code,
    days_to_answer_median::integer as days_to_answer_median,
    days_to_answer_p90::integer as days_to_answer_p90,
    expected_last_on,
    last_day_on,
    count_at_risk::integer as count_at_risk,
    forecast_code
from forecasts
