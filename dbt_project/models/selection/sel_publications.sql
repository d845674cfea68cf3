with stages as (
    select * from {{ ref('int_stages__clocked') }}
),

publications as (
    select * from {{ ref('int_publications__by_stage') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

sittings as (
    select
        moments.season_code,
        stages.stage_order,
        moments.starts_at
    from {{ ref('int_calendar__moments') }} as moments
    inner join stages
        on moments.season_code = stages.season_code and moments.stage_code = stages.stage_code
    where moments.event_code = 'sitting'
),

-- A11: who sits the next stage relies on the list
next_sittings as (
    select
        stages.season_code,
        stages.stage_code,
        min(sittings.starts_at) as starts_at
    from stages
    inner join sittings
        on stages.season_code = sittings.season_code and stages.stage_order < sittings.stage_order
    group by stages.season_code, stages.stage_code
),

drift as (
    select
        season_code,
        stage_code,
        count(*) as count_drift,
        count(*) filter (where is_admitted_after and not is_admitted_before) as count_would_go_on,
        count(*) filter (where is_admitted_before and not is_admitted_after) as count_would_stay_out,
        sha256(
            string_agg(
                concat_ws(
                    '|', candidate_no, change_code, status_after, reason_after, score_numerator_after,
                    score_denominator_after, rank_after
                ),
                ';' order by candidate_no
            )
        ) as drift_hash
    from {{ ref('sel_drift') }}
    group by season_code, stage_code
)

select
    stages.season_code,
    stages.stage_code,
    stages.stage_order,
    stages.planned_at,
    stages.is_published_by_act,
    stages.is_provisional,
    publications.version,
    publications.act_no,
    publications.first_published_at,
    publications.published_at,
    publications.approved_by,
    publications.decision_no,
    publications.count_rows::integer as count_rows,
    publications.act_hash,
    coalesce(drift.count_drift, 0)::integer as count_drift,
    coalesce(drift.count_would_go_on, 0)::integer as count_would_go_on,
    coalesce(drift.count_would_stay_out, 0)::integer as count_would_stay_out,
    drift.drift_hash,
    coalesce(drift.drift_hash = publications.kept_drift_hash, false) as is_drift_kept,
    next_sittings.starts_at - to_hours(policy.restate_freeze_hours) as restatable_until
from stages
left join publications
    on stages.season_code = publications.season_code and stages.stage_code = publications.stage_code
left join policy on stages.season_code = policy.season_code
left join drift on stages.season_code = drift.season_code and stages.stage_code = drift.stage_code
left join next_sittings
    on stages.season_code = next_sittings.season_code and stages.stage_code = next_sittings.stage_code
