-- A49: the stages whose list is published by an act, in unbroken order from the first, with the list in
-- force.
with acts as (
    select * from {{ ref('stg_publication__acts') }}
),

stages as (
    select * from {{ ref('stages') }}
),

listed as (
    select
        season_code,
        stage_code,
        min(acted_at) filter (where version = 1) as first_published_at,
        max(version) as version,
        arg_max(act_no, version) as act_no,
        arg_max(acted_at, version) as published_at,
        arg_max(approved_by, version) as approved_by,
        arg_max(decision_no, version) as decision_no,
        arg_max(act_hash, version) as act_hash,
        arg_max(count_rows, version) as count_rows
    from acts
    where kind_code in ('published', 'restated')
    group by season_code, stage_code
),

latest as (
    select
        season_code,
        stage_code,
        arg_max(kind_code, act_no) as latest_kind_code,
        arg_max(drift_hash, act_no) filter (where kind_code = 'kept') as kept_drift_hash
    from acts
    group by season_code, stage_code
),

-- a list stands on the list of the stage before it
placed as (
    select
        stages.season_code,
        stages.stage_code,
        stages.stage_order,
        listed.first_published_at,
        listed.version,
        listed.act_no,
        listed.published_at,
        listed.approved_by,
        listed.decision_no,
        listed.act_hash,
        listed.count_rows,
        case when latest.latest_kind_code = 'kept' then latest.kept_drift_hash end as kept_drift_hash,
        bool_and(listed.first_published_at is not null)
            over (partition by stages.season_code order by stages.stage_order) as is_in_order
    from stages
    left join listed on stages.season_code = listed.season_code and stages.stage_code = listed.stage_code
    left join latest on stages.season_code = latest.season_code and stages.stage_code = latest.stage_code
)

select
    season_code,
    stage_code,
    stage_order,
    first_published_at,
    version,
    act_no,
    published_at,
    approved_by,
    decision_no,
    act_hash,
    count_rows,
    kept_drift_hash
from placed
where is_in_order
