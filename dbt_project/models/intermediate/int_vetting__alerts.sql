-- Order §4.5, A33: what the bodies say and contradicts the published list. It excludes nobody by itself: a
-- decision or a withdrawal closes it.
with outcomes as (
    select * from {{ ref('int_vetting__outcomes') }}
    where is_entrant
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
    where is_published
),

requests as (
    select * from {{ ref('int_vetting__request_states') }}
),

states as (
    select * from {{ ref('int_vetting__states') }}
),

covered as (
    select * from {{ ref('int_vetting__requests_covered') }}
),

stops as (
    select stops.*
    from {{ ref('int_stops__effective') }} as stops
    cross join clock
    where stops.starts_at <= clock.clock_at and (stops.ends_at is null or stops.ends_at > clock.clock_at)
),

-- whatever any list was answered, unless it was decided on before the list of vetting was made
against as (
    select
        requests.*,
        case requests.state_code
            when 'adverse' then 'ADVERSE_AFTER_PASS'
            else 'UNCLEAR_AFTER_PASS'
        end as alert_code,
        covered.keep_decision_no
    from outcomes
    inner join clock on outcomes.season_code = clock.season_code
    inner join requests on outcomes.candidate_no = requests.candidate_no
    left join covered
        on requests.list_no = covered.list_no and requests.candidate_no = covered.candidate_no
    where
        outcomes.is_passed
        and requests.state_code in ('adverse', 'unclear')
        and not coalesce(covered.is_covered_when_settled, false)
),

said as (
    select
        states.*,
        bool_and(
            states.state_code = 'clear'
            or (states.state_code in ('adverse', 'unclear') and covered.list_no is not null)
        ) over (partition by states.candidate_no) as bars_nothing
    from outcomes
    inner join clock on outcomes.season_code = clock.season_code
    inner join states on outcomes.candidate_no = states.candidate_no
    left join covered on states.list_no = covered.list_no and states.candidate_no = covered.candidate_no
    where not outcomes.is_passed
),

-- whom nothing bars at last is shown once, with the letter that was heard last of those that were missing
cleared as (
    select
        *,
        'CLEAR_AFTER_CLOSE' as alert_code
    from said
    where bars_nothing and not is_settled
    qualify row_number() over (
        partition by candidate_no order by heard_at desc, replied_on desc, body_code desc
    ) = 1
),

raised as (
    select * from against
    union all by name
    select * from cleared
),

stopped as (
    select
        candidate_no,
        arg_min(decision_no, (starts_at, decision_no)) filter (where stop_code = 'exclusion') as decision_no
    from stops
    group by candidate_no
)

select
    raised.season_code,
    raised.candidate_no,
    raised.alert_code,
    raised.body_code,
    raised.list_no,
    raised.reply_no,
    raised.replied_on,
    raised.heard_at,
    raised.keep_decision_no is null and stopped.candidate_no is null as is_open,
    -- the exclusion that came first, as it stops the candidate; else the latest decision to keep
    coalesce(stopped.decision_no, raised.keep_decision_no) as closed_by_decision_no,
    coalesce(raised._reply_batch_id, raised._batch_id) as _batch_id
from raised
left join stopped on raised.candidate_no = stopped.candidate_no
