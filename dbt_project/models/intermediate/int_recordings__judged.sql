-- Order §5.1, §6.2, A30: which sittings were seen, and since when a result counts that nobody saw.
with sittings as (
    select * from {{ ref('stg_platform__sittings') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

coverage as (
    select * from {{ ref('stg_proctoring__coverage') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

-- the stages that are recorded
windows as (
    select
        season_code,
        stage_code,
        min(starts_at) as starts_at,
        max(ends_at) as ends_at
    from {{ ref('int_calendar__moments') }}
    where event_code = 'proctoring'
    group by season_code, stage_code
),

-- a sitting that was seen once was known then, however often its row is sent again
seen as (
    select
        sitting_id,
        min(_received_at) as seen_since_at
    from {{ ref('stg_proctoring__coverage_versions') }}
    where not is_inconclusive
    group by sitting_id
),

accepted as (
    select
        candidate_no,
        stage_code,
        min(decided_at) as accepted_at,
        min_by(decision_no, (decided_at, decision_no)) as decision_no
    from {{ ref('int_decisions__in_force') }}
    where
        action_code = 'accept_recording'
        and decided_at <= {{ as_of() }}
        and (ends_at is null or ends_at > {{ as_of() }})
    group by candidate_no, stage_code
),

held as (
    select
        accounts.season_code,
        sittings.stage_code,
        sittings.candidate_no,
        sittings.sitting_id,
        counted.sitting_id is not null as is_counted,
        coverage.is_inconclusive,
        case when not coverage.is_inconclusive then seen.seen_since_at end as seen_since_at,
        accepted.accepted_at,
        accepted.decision_no,
        -- who sits later, a resit, is gone through in as many days
        greatest(windows.ends_at, sittings.finished_at + (windows.ends_at - windows.starts_at)) as due_at,
        coalesce(
            min(coverage._first_received_at) over (
                partition by accounts.season_code, sittings.stage_code
            ) <= stages.deciding_at,
            false
        ) and policy.missing_video_code = 'decision' as is_asked
    from sittings
    inner join accounts on sittings.candidate_no = accounts.candidate_no
    inner join windows
        on accounts.season_code = windows.season_code and sittings.stage_code = windows.stage_code
    inner join stages
        on accounts.season_code = stages.season_code and sittings.stage_code = stages.stage_code
    inner join policy on accounts.season_code = policy.season_code
    left join coverage on sittings.sitting_id = coverage.sitting_id
    left join seen on sittings.sitting_id = seen.sitting_id
    left join accepted
        on sittings.candidate_no = accepted.candidate_no and sittings.stage_code = accepted.stage_code
    left join {{ ref('int_sittings__counted') }} as counted on sittings.sitting_id = counted.sitting_id
)

select
    season_code,
    stage_code,
    candidate_no,
    sitting_id,
    is_counted,
    case
        when is_inconclusive then 'inconclusive'
        when not is_inconclusive then 'seen'
        when due_at <= {{ as_of() }} then 'missing'
        else 'awaited'
    end as recording_state_code,
    due_at,
    decision_no,
    is_asked and seen_since_at is null and accepted_at is null as is_unsettled,
    case when is_asked then least(seen_since_at, accepted_at) end as settled_at
from held
