-- Detects dates out of order: an event that ends before it starts, a stage without its publication, and a
-- list published before that of an earlier stage or before its own sittings end (Order §2–§9).
{{ config(meta={'dagster': {'ref': {'name': 'calendar'}}}) }}

with calendar as (
    select * from {{ ref('calendar') }}
),

stages as (
    select * from {{ ref('stages') }}
),

published as (
    select
        stages.season_code,
        stages.stage_code,
        calendar.starts_local as published_at,
        lag(calendar.starts_local) over (
            partition by stages.season_code order by stages.stage_order
        ) as previous_published_at
    from stages
    left join calendar
        on
            stages.season_code = calendar.season_code
            and stages.stage_code = calendar.stage_code
            and calendar.event_code = 'published'
)

select
    season_code,
    stage_code,
    event_code as problem
from calendar
where ends_local <= starts_local

union all

select
    season_code,
    stage_code,
    'published out of order' as problem
from published
where published_at is null or published_at <= previous_published_at

union all

select
    published.season_code,
    published.stage_code,
    'published before the end of ' || calendar.event_code as problem
from published
inner join calendar
    on published.season_code = calendar.season_code and published.stage_code = calendar.stage_code
where calendar.ends_local > published.published_at
