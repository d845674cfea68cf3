{{ config(meta={'dagster': {'ref': {'name': 'rpt_funnel_days'}}}) }}
-- Reporting: on its last day the funnel of the days is not the funnel, or on some day more go on from a stage
-- than entered it.
with days as (
    select * from {{ ref('rpt_funnel_days') }}
),

last_days as (
    select
        season_code,
        max(shown_on) as shown_on
    from days
    group by season_code
),

ended as (
    select days.*
    from days
    inner join last_days on days.season_code = last_days.season_code and days.shown_on = last_days.shown_on
),

funnel as (
    select
        season_code,
        stage_code,
        track_code,
        sum(count_entered) as count_entered,
        sum(count_admitted) as count_admitted
    from {{ ref('rpt_funnel') }}
    where season_code in (select last_days.season_code from last_days)
    group by season_code, stage_code, track_code
)

select
    coalesce(funnel.season_code, ended.season_code) as season_code,
    coalesce(funnel.stage_code, ended.stage_code) as stage_code,
    coalesce(funnel.track_code, ended.track_code) as track_code
from funnel
full outer join ended
    on
        funnel.season_code = ended.season_code
        and funnel.stage_code = ended.stage_code
        and funnel.track_code = ended.track_code
where
    funnel.count_entered is distinct from ended.count_entered
    or funnel.count_admitted is distinct from coalesce(ended.count_admitted, 0)
union all
select
    season_code,
    stage_code,
    track_code
from days
where count_admitted > count_entered
