-- Order §5.5: each item of the form that a candidate sat, answered or not; what is not in the answers was not
-- answered.
with sittings as (
    select * from {{ ref('int_sittings__counted') }}
    where sitting_id is not null
),

attended as (
    select * from {{ ref('stg_platform__sittings') }}
),

scored as (
    select * from {{ ref('int_answers__scored') }}
    where outcome_code = 'VALID'
),

answer_keys as (
    select * from {{ ref('stg_academy__answer_keys') }}
),

answers as (
    select * from {{ ref('stg_platform__answers') }}
)

select
    sittings.season_code,
    sittings.stage_code,
    sittings.candidate_no,
    answer_keys.item_no,
    sittings.sitting_id,
    sittings.form_code,
    coalesce(attended.language_code, 'unknown') as language_code,
    attended.started_at,
    answers.chosen_option_code,
    coalesce(answers.chosen_option_code = answer_keys.correct_option_code, false) as is_right,
    answers.response_seconds
from sittings
inner join scored
    on
        sittings.season_code = scored.season_code
        and sittings.stage_code = scored.stage_code
        and sittings.candidate_no = scored.candidate_no
inner join attended on sittings.sitting_id = attended.sitting_id
inner join answer_keys
    on
        sittings.season_code = answer_keys.season_code
        and sittings.stage_code = answer_keys.stage_code
        and sittings.form_code = answer_keys.form_code
left join answers
    on sittings.sitting_id = answers.sitting_id and answer_keys.item_no = answers.item_no
