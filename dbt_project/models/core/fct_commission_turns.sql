-- Order §8.1, §8.3: the timetable of the stage at which candidates present themselves. A slot is divided
-- evenly among the candidates whom it takes; they come in the order in which they got their places.
with places as (
    select * from {{ ref('fct_places') }}
    where not is_resit
),

slots as (
    select * from {{ ref('dim_slots') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

rules as (
    select * from {{ ref('stage_slots') }}
    where presentation_minutes is not null
),

recused as (
    select
        season_code,
        stage_code,
        candidate_no,
        string_agg(distinct rater_code, '|' order by rater_code) as recused_member_codes
    from {{ ref('fct_rater_marks') }}
    where is_recused
    group by season_code, stage_code, candidate_no
),

turns as (
    select
        places.season_code,
        places.stage_code,
        places.candidate_no,
        coalesce(slots.track_code, candidates.track_code) as track_code,
        places.slot_on,
        places.room_code,
        places.slot_no,
        places.turn_no,
        rules.presentation_minutes,
        (date_diff('minute', places.starts_at, places.ends_at) // greatest(slots.capacity, 1))::integer
            as turn_minutes,
        places.starts_at as slot_starts_at
    from places
    inner join rules
        on places.season_code = rules.season_code and places.stage_code = rules.stage_code
    inner join slots on places.season_code = slots.season_code and places.slot_no = slots.slot_no
    inner join candidates on places.candidate_no = candidates.candidate_no
)

select
    turns.season_code,
    turns.stage_code,
    turns.candidate_no,
    turns.track_code,
    turns.slot_on,
    turns.room_code,
    turns.slot_no,
    turns.turn_no,
    turns.turn_minutes,
    turns.slot_starts_at + to_minutes((turns.turn_no - 1) * turns.turn_minutes) as starts_at,
    turns.slot_starts_at + to_minutes((turns.turn_no - 1) * turns.turn_minutes + turns.presentation_minutes)
        as questions_at,
    turns.slot_starts_at + to_minutes(turns.turn_no * turns.turn_minutes) as ends_at,
    turns.turn_minutes <= turns.presentation_minutes as is_too_short,
    recused.recused_member_codes
from turns
left join recused
    on
        turns.season_code = recused.season_code
        and turns.stage_code = recused.stage_code
        and turns.candidate_no = recused.candidate_no
