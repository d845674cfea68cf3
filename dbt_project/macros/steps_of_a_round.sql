{#- One round of judging requests for places by what the round before says of those who came before them, as steps of a query
    (Order §7.1; docs/rules.md, Slots and places): from `seated`, the requests in order with `accepted_no`, their own number if the
    round before gave them the place, and `clashes`, to `judged`. -#}
{% macro steps_of_a_round() -%}
-- what each candidate had before a request, and when the place got by it was given up
placed as materialized (
    select
        *,
        max(accepted_no) over (seat rows between unbounded preceding and 1 preceding) as held_no,
        least(out_no, min(accepted_no) over (seat rows between 1 following and unbounded following))
            as left_no
    from seated
    window seat as (partition by season_code, stage_code, candidate_no, is_resit order by arrival_no)
),

-- who sits down in a slot and who stands up from it, in order
steps as (
    select season_code, stage_code, slot_no, arrival_no as step_no, arrival_no, 1 as step from placed
    where accepted_no is not null
    union all
    select season_code, stage_code, slot_no, left_no as step_no, null as arrival_no, -1 as step
    from placed
    where accepted_no is not null and left_no is not null
    union all
    select season_code, stage_code, slot_no, arrival_no as step_no, arrival_no, 0 as step from placed
    where accepted_no is null
),

-- how many sit there just before a request
filled as (
    select
        season_code,
        arrival_no,
        sum(step) over (
            partition by season_code, stage_code, slot_no order by step_no
            rows between unbounded preceding and 1 preceding
        ) as count_before
    from steps
),

blocked as (
    select distinct clashes.season_code, clashes.arrival_no
    from clashes
    inner join placed as other
        on clashes.season_code = other.season_code and clashes.other_arrival_no = other.arrival_no
    where other.accepted_no is not null and coalesce(other.left_no > clashes.arrival_no, true)
),

holding as (
    select
        placed.*,
        case when coalesce(held.out_no > placed.arrival_no, true) then held.slot_no end as held_slot_no
    from placed
    left join placed as held
        on placed.season_code = held.season_code and placed.held_no = held.arrival_no
),

judged as (
    select
        placed.round_no + 1 as round_no,
        placed.season_code,
        placed.arrival_no,
        placed.refusal_code as previous_code,
        case
            when placed.held_slot_no = placed.slot_no then 'already_held'
            when placed.held_slot_no is not null and placed.arrival_code in ('platform', 'placed')
                then 'already_placed'
            when blocked.arrival_no is not null then 'same_day'
            when
                placed.arrival_code in ('booking', 'platform')
                and coalesce(filled.count_before, 0) >= placed.capacity
                then 'slot_full'
        end as refusal_code
    from holding as placed
    left join filled
        on placed.season_code = filled.season_code and placed.arrival_no = filled.arrival_no
    left join blocked
        on placed.season_code = blocked.season_code and placed.arrival_no = blocked.arrival_no
)
{%- endmacro %}
