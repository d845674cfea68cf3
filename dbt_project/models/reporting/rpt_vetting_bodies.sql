with bodies as (
    select * from {{ ref('dim_vetting_bodies') }}
),

requests as (
    select * from {{ ref('fct_vetting_requests') }}
),

forecasts as (
    select * from {{ ref('fct_vetting_forecasts') }}
),

counted as (
    select
        season_code,
        body_code,
        count(distinct list_no) as count_lists,
        count(*) as count_sent,
        count(*) filter (where reply_no is not null) as count_answered,
        count(*) filter (where state_code = 'sent') as count_open,
        count(*) filter (where is_overdue) as count_overdue,
        count(*) filter (where state_code = 'adverse') as count_adverse,
        count(*) filter (where state_code = 'unclear') as count_unclear,
        count(*) filter (where replied_on < due_on) as count_early,
        count(*) filter (where replied_on = due_on) as count_on_due_day,
        count(*) filter (where is_late) as count_late,
        max(due_on - replied_on) filter (where replied_on < due_on) as lead_days_max,
        max(replied_on - due_on) filter (where is_late) as lag_days_max
    from requests
    group by season_code, body_code
)

select
    bodies.season_code,
    bodies.body_code,
    {{ speaker_on('bodies', local_date(as_of())) }} as addressee_body_code,
    bodies.body_order,
    coalesce(counted.count_lists, 0)::integer as count_lists,
    coalesce(counted.count_sent, 0)::integer as count_sent,
    coalesce(counted.count_answered, 0)::integer as count_answered,
    coalesce(counted.count_open, 0)::integer as count_open,
    coalesce(counted.count_overdue, 0)::integer as count_overdue,
    coalesce(counted.count_adverse, 0)::integer as count_adverse,
    coalesce(counted.count_unclear, 0)::integer as count_unclear,
    coalesce(counted.count_early, 0)::integer as count_early,
    coalesce(counted.count_on_due_day, 0)::integer as count_on_due_day,
    coalesce(counted.count_late, 0)::integer as count_late,
    counted.lead_days_max::integer as lead_days_max,
    counted.lag_days_max::integer as lag_days_max,
    forecasts.days_to_answer_median,
    forecasts.days_to_answer_p90,
    forecasts.expected_last_on,
    forecasts.last_day_on,
    forecasts.count_at_risk,
    forecasts.forecast_code,
    -- open requests have somebody to answer them: the body itself, or who took it over
    {{ speaker_on('bodies', local_date(as_of())) }} is not null as has_successor
from bodies
inner join forecasts
    on bodies.season_code = forecasts.season_code and bodies.body_code = forecasts.body_code
left join counted on bodies.season_code = counted.season_code and bodies.body_code = counted.body_code
