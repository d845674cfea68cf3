with alerts as (
    select * from {{ ref('fct_vetting_alerts') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

stage_results as (
    select * from {{ ref('sel_stage_results') }}
),

cutoffs as (
    select * from {{ ref('sel_cutoffs') }}
),

-- where the person stands today: the last stage that they entered, published or not
standing as (
    select
        candidate_no,
        arg_max(stage_code, stage_order) as current_stage_code,
        arg_max(status_code, stage_order) as current_status_code
    from stage_results
    group by candidate_no
),

lists as (
    select
        stage_results.candidate_no,
        count(*) as count_published_lists,
        count(*) filter (where stage_results.is_admitted) as count_stages_passed,
        arg_max(stage_results.stage_code, stage_results.stage_order) filter (where stage_results.is_admitted)
            as last_stage_passed_code
    from stage_results
    inner join cutoffs
        on
            stage_results.season_code = cutoffs.season_code
            and stage_results.stage_code = cutoffs.stage_code
            and stage_results.track_code = cutoffs.track_code
    where cutoffs.is_published
    group by stage_results.candidate_no
)

select
    alerts.season_code,
    alerts.candidate_no,
    candidates.track_code,
    alerts.alert_code,
    alerts.body_code,
    alerts.list_no,
    alerts.reply_no,
    alerts.replied_on,
    alerts.received_at,
    coalesce(lists.count_stages_passed, 0)::integer as count_stages_passed,
    lists.last_stage_passed_code,
    standing.current_stage_code,
    standing.current_status_code,
    coalesce(lists.count_published_lists, 0)::integer as count_published_lists,
    alerts.is_open,
    alerts.closed_by_decision_no
from alerts
inner join candidates on alerts.candidate_no = candidates.candidate_no
left join standing on alerts.candidate_no = standing.candidate_no
left join lists on alerts.candidate_no = lists.candidate_no
