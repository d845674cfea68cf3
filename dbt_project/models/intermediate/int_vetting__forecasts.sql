-- A31, A32: by when each body is expected to have answered, by what it has taken so far (docs/rules.md, The
-- weekly lists).
with bodies as (
    select * from {{ ref('vetting_bodies') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

requests as (
    select * from {{ ref('int_vetting__request_states') }}
),

list_days as (
    select * from {{ ref('int_vetting__list_days') }}
    where is_after_intake
),

answered as (
    select
        season_code,
        body_code,
        quantile_disc(days_to_answer, 0.5) as days_to_answer_median,
        quantile_disc(days_to_answer, 0.9) as days_to_answer_p90
    from requests
    where reply_no is not null
    group by season_code, body_code
),

-- what is still to come: open requests, and the list for the end of the intake
awaited as (
    select
        season_code,
        body_code,
        sent_on,
        true as is_open
    from requests
    where state_code = 'sent'
    union all
    select
        bodies.season_code,
        bodies.body_code,
        list_days.list_on as sent_on,
        false as is_open
    from bodies
    inner join clock on bodies.season_code = clock.season_code
    inner join list_days on bodies.season_code = list_days.season_code
    where list_days.list_on >= clock.today_on
),

expected as (
    select
        awaited.season_code,
        awaited.body_code,
        awaited.is_open,
        -- without a basis nothing is expected; otherwise not before the next working day
        case
            when answered.days_to_answer_p90 is not null
                then greatest(
                    awaited.sent_on + answered.days_to_answer_p90::integer, clock.next_working_day_on
                )
        end as expected_on
    from awaited
    inner join clock on awaited.season_code = clock.season_code
    left join answered
        on awaited.season_code = answered.season_code and awaited.body_code = answered.body_code
),

counted as (
    select
        expected.season_code,
        expected.body_code,
        count(*) filter (where expected.is_open) as count_open,
        max(expected.expected_on) as expected_last_on,
        count(*) filter (
            where expected.is_open and (clock.is_over or expected.expected_on > clock.last_day_on)
        ) as count_at_risk
    from expected
    inner join clock on expected.season_code = clock.season_code
    group by expected.season_code, expected.body_code
)

select
    bodies.season_code,
    bodies.body_code,
    answered.days_to_answer_median,
    answered.days_to_answer_p90,
    counted.expected_last_on,
    clock.last_day_on,
    coalesce(counted.count_at_risk, 0) as count_at_risk,
    case
        when clock.is_over and coalesce(counted.count_open, 0) > 0 then 'missed'
        when clock.is_over then 'done'
        when counted.count_open > 0 and answered.days_to_answer_p90 is null then 'no_basis'
        when counted.expected_last_on > clock.last_day_on then 'at_risk'
        else 'kept'
    end as forecast_code
from bodies
inner join clock on bodies.season_code = clock.season_code
left join answered on bodies.season_code = answered.season_code and bodies.body_code = answered.body_code
left join counted on bodies.season_code = counted.season_code and bodies.body_code = counted.body_code
