-- A20: what each version of an expert's mark is worth. The first one counts; a change counts if it came
-- before the lock and a decision records it; a set that became whole after the panel counts for nothing.
with versions as (
    select * from {{ ref('stg_platform__expert_mark_versions') }}
),

sets as (
    select * from {{ ref('int_expert_sets__locked') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

records as (
    select * from {{ ref('int_decisions__in_force') }}
    where action_code = 'correct_mark'
),

-- in force when the marks are locked; of several the first
recorded as (
    select
        sets.work_no,
        sets.expert_code,
        min_by(records.decision_no, (records.decided_at, records.decision_no)) as decision_no
    from sets
    inner join records
        on
            sets.candidate_no = records.candidate_no
            and sets.stage_code = records.stage_code
            and sets.locked_at >= records.decided_at
            and (records.ends_at is null or sets.locked_at < records.ends_at)
    group by sets.work_no, sets.expert_code
),

judged as (
    select
        sets.*,
        versions.criterion_code,
        versions.points,
        versions.marked_at,
        recorded.decision_no,
        versions._batch_id,
        versions._received_at,
        versions._landed_seq,
        versions._row_number,
        min(versions._received_at) over wording as _first_received_at,
        row_number() over in_order as version_no,
        policy.mark_changes_code = 'locked' and policy.counted_marks_code = 'first_three'
        and sets.whole_at > sets.panel_complete_at as is_after_panel,
        row_number() over in_order = 1
        or policy.mark_changes_code = 'latest'
        or (versions._received_at <= sets.locked_at and recorded.decision_no is not null) as is_admissible
    from versions
    inner join sets on versions.work_no = sets.work_no and versions.expert_code = sets.expert_code
    left join policy on sets.season_code = policy.season_code
    left join recorded on sets.work_no = recorded.work_no and sets.expert_code = recorded.expert_code
    window
        wording as (partition by versions.work_no, versions.expert_code, versions.criterion_code),
        in_order as (
            partition by versions.work_no, versions.expert_code, versions.criterion_code
            order by versions._received_at asc, versions._landed_seq asc, versions._row_number asc
        )
),

-- which version counted when this one came, and which one counts in the end
weighed as (
    select
        *,
        max(version_no) filter (where is_admissible) over (
            partition by work_no, expert_code, criterion_code order by version_no asc
        ) as counted_version_no,
        max(version_no) filter (where is_admissible) over (
            partition by work_no, expert_code, criterion_code
        ) as last_version_no
    from judged
)

select
    version.season_code,
    version.stage_code,
    version.candidate_no,
    version.work_no,
    version.expert_code,
    version.criterion_code,
    version.version_no::integer as version_no,
    version.points,
    version.marked_at,
    counted.points as points_counted,
    case when version.is_admissible and version.version_no > 1 then version.decision_no end as decision_no,
    version.locked_at,
    case
        when coalesce(version.is_after_panel, false) then 'after_panel'
        when version.version_no = version.last_version_no then 'counted'
        when version.is_admissible then 'replaced'
        when version.points = counted.points and version.marked_at = counted.marked_at then 'repeated'
        when version._received_at > version.locked_at then 'after_lock'
        else 'without_record'
    end as mark_handling_code,
    version._first_received_at,
    version._received_at,
    version._batch_id
from weighed as version
inner join weighed as counted
    on
        version.work_no = counted.work_no
        and version.expert_code = counted.expert_code
        and version.criterion_code = counted.criterion_code
        and version.counted_version_no = counted.version_no
