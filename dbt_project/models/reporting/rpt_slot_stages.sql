-- The capacity picture of a stage, and how many have no place yet.
with rules as (
    select * from {{ ref('stage_slots') }}
),

stages as (
    select * from {{ ref('dim_stages') }}
),

kinds as (
    select
        stages.season_code,
        stages.stage_code,
        stages.stage_order,
        rules.is_placed_automatically,
        unnest([false, true]) as is_resit
    from stages
    inner join rules on stages.season_code = rules.season_code and stages.stage_code = rules.stage_code
),

slots as (
    select
        season_code,
        stage_code,
        is_resit,
        count(*) as count_slots,
        sum(capacity) as capacity,
        sum(count_booked) as count_booked,
        sum(count_placed) as count_placed,
        sum(count_free) as count_free,
        sum(count_over) as count_over
    from {{ ref('fct_slot_loads') }}
    group by season_code, stage_code, is_resit
),

owed as (
    select
        season_code,
        stage_code,
        is_resit,
        count(*) as count_without
    from {{ ref('fct_places_owed') }}
    group by season_code, stage_code, is_resit
)

select
    kinds.season_code,
    kinds.stage_code,
    kinds.stage_order,
    kinds.is_resit,
    kinds.is_placed_automatically,
    coalesce(slots.count_slots, 0)::integer as count_slots,
    coalesce(slots.capacity, 0)::integer as capacity,
    coalesce(slots.count_booked, 0)::integer as count_booked,
    coalesce(slots.count_placed, 0)::integer as count_placed,
    coalesce(slots.count_free, 0)::integer as count_free,
    coalesce(slots.count_over, 0)::integer as count_over,
    coalesce(owed.count_without, 0)::integer as count_without
from kinds
left join slots
    on
        kinds.season_code = slots.season_code
        and kinds.stage_code = slots.stage_code
        and kinds.is_resit = slots.is_resit
left join owed
    on
        kinds.season_code = owed.season_code
        and kinds.stage_code = owed.stage_code
        and kinds.is_resit = owed.is_resit
