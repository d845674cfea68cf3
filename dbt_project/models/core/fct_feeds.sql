-- What came of each feed, and whether it came by the calendar's moment. A file received twice counts once.
with feeds as (
    select * from {{ ref('feeds') }}
),

calendar as (
    select * from {{ ref('calendar') }}
),

batches as (
    select * from {{ ref('fct_batches') }}
    where state != 'duplicate'
),

seasons as (
    select distinct season_code
    from calendar
),

received as (
    select
        feed,
        count(*) as count_files,
        count(*) filter (where state != 'landed') as count_files_refused,
        min(received_at) as first_received_at,
        max(received_at) as last_received_at,
        arg_max(state, (landed_at, batch_id)) as newest_state,
        sum(count_landed) as count_landed,
        sum(count_quarantined) as count_quarantined
    from batches
    group by feed
),

expected as (
    select
        seasons.season_code,
        feeds.feed,
        feeds.feed_order,
        feeds.stage_code,
        feeds.event_code,
        {{ utc_at('coalesce(calendar.ends_local, calendar.starts_local)') }} as due_at
    from feeds
    cross join seasons
    left join calendar
        on
            seasons.season_code = calendar.season_code
            and feeds.stage_code = calendar.stage_code
            and feeds.event_code = calendar.event_code
)

select
    expected.season_code,
    expected.feed,
    expected.feed_order,
    expected.stage_code,
    expected.event_code,
    expected.due_at,
    case
        when received.feed is null and expected.due_at <= {{ as_of() }} then 'overdue'
        when received.newest_state != 'landed' then 'refused'
        when received.first_received_at > expected.due_at then 'late'
        when received.feed is not null then 'arrived'
        when expected.due_at is not null then 'expected'
        else 'silent'
    end as feed_state_code,
    coalesce(received.count_files, 0)::integer as count_files,
    coalesce(received.count_files_refused, 0)::integer as count_files_refused,
    received.first_received_at,
    received.last_received_at,
    coalesce(received.count_landed, 0)::bigint as count_landed,
    coalesce(received.count_quarantined, 0)::bigint as count_quarantined
from expected
left join received on expected.feed = received.feed
