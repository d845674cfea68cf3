-- A31, A32: by when each body is expected to have answered, by how long its answers took until they were
-- heard (docs/rules.md, The weekly lists).
with clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

requests as (
    select * from {{ ref('int_vetting__request_states') }}
),

waiting as (
    select
        season_code,
        body_code,
        count(*) as count_waiting
    from {{ ref('int_vetting__to_send') }}
    group by season_code, body_code
),

-- the next list day, or after the last of them the next working day; and the list that ends the intake
listed as (
    select
        clock.season_code,
        coalesce(
            min(list_days.list_on) filter (where list_days.list_on >= clock.today_on),
            max(clock.next_working_day_on)
        ) as next_list_on,
        max(list_days.list_on) filter (where list_days.is_after_intake) as intake_list_on
    from clock
    left join {{ ref('int_vetting__list_days') }} as list_days on clock.season_code = list_days.season_code
    group by clock.season_code
),

answered as (
    select
        season_code,
        body_code,
        quantile_disc(days_to_answer, 0.5) as days_to_answer_median,
        quantile_disc(days_to_hear, 0.9)::integer as days_p90,
        max(days_to_hear)::integer as days_longest,
        max(sent_on) as last_sent_on
    from requests
    group by season_code, body_code
),

expected as (
    select
        requests.season_code,
        requests.body_code,
        -- what has waited longer than any answer took, nobody can say when
        case
            when clock.today_on - requests.sent_on <= answered.days_p90
                then requests.sent_on + answered.days_p90
            when clock.today_on - requests.sent_on <= answered.days_longest
                then requests.sent_on + answered.days_longest
        end as expected_on,
        answered.days_p90 is not null as has_basis
    from requests
    inner join clock on requests.season_code = clock.season_code
    left join answered
        on requests.season_code = answered.season_code and requests.body_code = answered.body_code
    where requests.state_code = 'sent'
),

opened as (
    select
        expected.season_code,
        expected.body_code,
        count(*) as count_open,
        max(expected.expected_on) as expected_last_on,
        count(*) filter (
            where expected.has_basis and coalesce(expected.expected_on > clock.last_day_on, true)
        ) as count_at_risk
    from expected
    inner join clock on expected.season_code = clock.season_code
    group by expected.season_code, expected.body_code
),

-- who is still to be sent: now, or with the list that ends the intake while nobody drew it up
described as (
    select
        bodies.season_code,
        bodies.body_code,
        answered.days_to_answer_median,
        answered.days_p90,
        opened.expected_last_on,
        coalesce(opened.count_at_risk, 0) as count_at_risk,
        coalesce(opened.count_open, 0) + coalesce(waiting.count_waiting, 0) > 0 as is_awaited,
        case
            when
                waiting.count_waiting > 0
                or coalesce(answered.last_sent_on < listed.intake_list_on, listed.intake_list_on is not null)
                then listed.next_list_on + answered.days_p90
        end as later_on
    from {{ ref('vetting_bodies') }} as bodies
    inner join listed on bodies.season_code = listed.season_code
    left join answered
        on bodies.season_code = answered.season_code and bodies.body_code = answered.body_code
    left join opened on bodies.season_code = opened.season_code and bodies.body_code = opened.body_code
    left join waiting on bodies.season_code = waiting.season_code and bodies.body_code = waiting.body_code
)

select
    described.season_code,
    described.body_code,
    described.days_to_answer_median,
    described.days_p90 as days_to_answer_p90,
    greatest(described.expected_last_on, described.later_on) as expected_last_on,
    clock.last_day_on,
    described.count_at_risk,
    case
        when clock.is_over then if(described.is_awaited, 'missed', 'done')
        when described.is_awaited and described.days_p90 is null then 'no_basis'
        when described.count_at_risk > 0 or described.later_on > clock.last_day_on then 'at_risk'
        else 'kept'
    end as forecast_code
from described
inner join clock on described.season_code = clock.season_code
