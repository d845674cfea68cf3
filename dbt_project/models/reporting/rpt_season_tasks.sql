-- What is due, until when and whose turn it is. The moment is the thing's own; without one, that of the
-- stage's event; without that it can be done at any time. Overdue at that very moment.
with tasks as (
    select * from {{ ref('season_tasks') }}
),

things as (
    {{ things_due() }}
),

moments as (
    select
        season_code,
        stage_code,
        event_code,
        -- a list until its moment, something to be prepared until the event begins, else until it ends
        case event_code
            when 'proctoring' then {{ utc_at('ends_local') }}
            else {{ utc_at('starts_local') }}
        end as moment_at
    from {{ ref('calendar') }}
    where event_code in ('sitting', 'proctoring')
    union all by name
    select
        season_code,
        stage_code,
        'published' as event_code,
        published_at as moment_at
    from {{ ref('dim_stages') }}
    union all by name
    select
        season_code,
        'vetting' as stage_code,
        'list_day' as event_code,
        min({{ utc_at('(list_on + 1)::timestamp') }}) as moment_at
    from {{ ref('dim_vetting_list_days') }}
    where list_on >= {{ local_date(as_of()) }}
    group by season_code
),

dated as (
    select
        things.*,
        coalesce(things.own_due_at, moments.moment_at) as due_at
    from things
    left join moments
        on
            things.season_code = moments.season_code
            and things.stage_code = moments.stage_code
            and things.event_code = moments.event_code
)

select
    dated.season_code,
    tasks.task_code,
    tasks.task_order,
    tasks.turn_code,
    dated.stage_code,
    dated.subject_code,
    min(dated.due_at) as due_at,
    sum(dated.count_due)::integer as count_due,
    coalesce(sum(dated.count_due) filter (where dated.due_at <= {{ as_of() }}), 0)::integer as count_past_due,
    coalesce(bool_or(dated.due_at <= {{ as_of() }}), false) as is_overdue
from dated
inner join tasks on dated.task_code = tasks.task_code
group by all
