-- Order §2.7, §5.4, §7.1, §7.4, §8.1: from when and until when places at a stage are chosen, since when it is
-- known who enters it, and within which time resits are sat (§5.7, §6.4).
with rules as (
    select * from {{ ref('stage_slots') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

publications as (
    select * from {{ ref('int_publications__by_stage') }}
),

events as (
    select
        season_code,
        stage_code,
        max(starts_at) filter (where event_code = 'intake') as intake_starts_at,
        max(starts_at) filter (where event_code = 'booking') as booking_starts_at,
        max(ends_at) filter (where event_code = 'booking') as booking_ends_at,
        max(starts_at) filter (where event_code = 'sitting') as sitting_starts_at,
        max(ends_at) filter (where event_code = 'proctoring') as proctoring_ends_at
    from {{ ref('int_calendar__moments') }}
    group by season_code, stage_code
),

intakes as (
    select
        season_code,
        max(intake_starts_at) as intake_starts_at
    from events
    group by season_code
)

select
    stages.season_code,
    stages.stage_code,
    stages.stage_order,
    stages.is_published,
    rules.is_placed_automatically,
    rules.is_whole_day,
    greatest(
        case rules.opens_by_code
            when 'intake' then intakes.intake_starts_at
            else previous.published_at
        end,
        events.booking_starts_at
    ) as opens_at,
    events.booking_ends_at as closes_at,
    case when previous.is_published then coalesce(publications.published_at, previous.published_at) end
        as listed_at,
    case when events.proctoring_ends_at is not null then events.sitting_starts_at end as resits_from_at,
    events.proctoring_ends_at as resits_until_at
from rules
inner join stages on rules.season_code = stages.season_code and rules.stage_code = stages.stage_code
inner join intakes on rules.season_code = intakes.season_code
left join events on rules.season_code = events.season_code and rules.stage_code = events.stage_code
left join stages as previous
    on
        stages.season_code = previous.season_code
        and stages.stage_order - 1 = previous.stage_order
left join publications
    on
        previous.season_code = publications.season_code
        and previous.stage_code = publications.stage_code
