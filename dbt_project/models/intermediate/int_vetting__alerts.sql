-- Order §4.5, A33: what was said after vetting closed and contradicts the published list. It excludes
-- nobody by itself: a decision or a withdrawal closes it.
with outcomes as (
    select * from {{ ref('int_vetting__outcomes') }}
    where is_entrant
),

states as (
    select * from {{ ref('int_vetting__states') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
    where is_published
),

decisions as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code in ('keep', 'exclude')
),

stops as (
    select * from {{ ref('int_stops__effective') }}
    where stop_code = 'withdrawal'
),

said as (
    select
        states.*,
        outcomes.is_passed,
        -- another letter than at close, or the same one saying something else
        not coalesce(
            states.reply_no = states.reply_no_at_close
            and states.said_version_no = states.said_version_no_at_close,
            false
        ) as is_new,
        bool_and(states.state_code = 'clear') over (partition by states.candidate_no) as is_clear
    from outcomes
    inner join clock on outcomes.season_code = clock.season_code
    inner join states on outcomes.candidate_no = states.candidate_no
),

raised as (
    select
        *,
        case
            when not is_passed then 'CLEAR_AFTER_CLOSE'
            when state_code = 'adverse' then 'ADVERSE_AFTER_PASS'
            else 'UNCLEAR_AFTER_PASS'
        end as alert_code
    from said
    where
        (is_passed and is_new and state_code in ('adverse', 'unclear'))
        or (not is_passed and is_clear and not is_settled)
    -- who is clear everywhere at last is shown once, with the letter that came last
    qualify is_passed or row_number() over (
        partition by candidate_no, is_passed order by replied_at desc, replied_on desc, body_code desc
    ) = 1
),

closing as (
    select
        raised.candidate_no,
        raised.body_code,
        -- the exclusion that came first, as it stops the candidate; else the latest decision to keep
        coalesce(
            arg_min(decisions.decision_no, (decisions.decided_at, decisions.decision_no))
            filter (where decisions.action_code = 'exclude'),
            arg_max(decisions.decision_no, (decisions.decided_at, decisions.decision_no))
        ) as decision_no
    from raised
    inner join clock on raised.season_code = clock.season_code
    inner join decisions
        on
            raised.candidate_no = decisions.candidate_no
            and clock.clock_at >= decisions.decided_at
            and (decisions.ends_at is null or clock.clock_at < decisions.ends_at)
    where
        decisions.action_code = 'exclude'
        or {{ local_date('decisions.decided_at') }} >= raised.replied_on
    group by raised.candidate_no, raised.body_code
),

withdrawn as (
    select distinct stops.candidate_no
    from stops
    inner join clock on stops.starts_at <= clock.clock_at
)

select
    raised.season_code,
    raised.candidate_no,
    raised.alert_code,
    raised.body_code,
    raised.reply_no,
    raised.replied_on,
    raised.replied_at,
    closing.decision_no is null and withdrawn.candidate_no is null as is_open,
    closing.decision_no as closed_by_decision_no,
    raised._batch_id
from raised
left join closing on raised.candidate_no = closing.candidate_no and raised.body_code = closing.body_code
left join withdrawn on raised.candidate_no = withdrawn.candidate_no
