-- The funnel as it stood at the end of each day of the season, by what is known now: who entered a stage
-- counts from the day on which the list before was published, what became of them from that of its own.
with results as (
    select * from {{ ref('sel_stage_results') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

stages as (
    select
        season_code,
        stage_code,
        stage_order,
        case when is_published then {{ local_date('published_at') }} end as published_on,
        lag(case when is_published then {{ local_date('published_at') }} end) over (
            partition by season_code order by stage_order
        ) as entered_on
    from {{ ref('dim_stages') }}
),

seasons as (
    select
        season_code,
        min(starts_local)::date as first_on,
        least(max(coalesce(ends_local, starts_local))::date, {{ local_date(as_of()) }}) as last_on
    from {{ ref('calendar') }}
    group by season_code
),

days as (
    select
        season_code,
        unnest(generate_series(first_on, last_on, to_days(1)))::date as shown_on
    from seasons
),

counted as (
    select
        stages.season_code,
        stages.stage_code,
        stages.stage_order,
        results.track_code,
        stages.published_on,
        -- to the first stage belongs whoever has opened an account
        case stages.stage_order
            when 1 then {{ local_date('candidates.registered_at') }}
            else stages.entered_on
        end as entered_on,
        count(*) as count_entered,
        count(*) filter (where results.status_code in ('admitted', 'supernumerary', 'not_admitted'))
            as count_participated,
        count(*) filter (where results.is_admitted) as count_admitted
    from results
    inner join stages on results.season_code = stages.season_code and results.stage_code = stages.stage_code
    inner join candidates
        on results.season_code = candidates.season_code and results.candidate_no = candidates.candidate_no
    group by all
),

summed as (
    select
        days.season_code,
        days.shown_on,
        counted.stage_code,
        counted.stage_order,
        counted.track_code,
        coalesce(counted.published_on <= days.shown_on, false) as is_published,
        sum(counted.count_entered) as count_entered,
        sum(counted.count_participated) as count_participated,
        sum(counted.count_admitted) as count_admitted
    from days
    inner join counted
        on days.season_code = counted.season_code and days.shown_on >= counted.entered_on
    group by all
)

select
    season_code,
    shown_on,
    stage_code,
    stage_order,
    track_code,
    is_published,
    count_entered::integer as count_entered,
    case when is_published then count_participated end::integer as count_participated,
    case when is_published then count_admitted end::integer as count_admitted
from summed
