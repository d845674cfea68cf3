-- Order §5.5: right answers of the counted sitting, an integer.
with sittings as (
    select * from {{ ref('int_sittings__counted') }}
    where sitting_id is not null
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
    where scoring_code = 'answers'
),

answers as (
    select * from {{ ref('stg_platform__answers') }}
),

answer_keys as (
    select * from {{ ref('stg_academy__answer_keys') }}
),

keyed_forms as (
    select distinct
        season_code,
        stage_code,
        form_code
    from answer_keys
),

counts as (
    select
        sittings.season_code,
        sittings.stage_code,
        sittings.candidate_no,
        count(*) filter (where answers.chosen_option_code = answer_keys.correct_option_code) as count_right,
        max(answers._first_received_at) as answers_known_at
    from sittings
    inner join answers on sittings.sitting_id = answers.sitting_id
    left join answer_keys
        on
            sittings.season_code = answer_keys.season_code
            and sittings.stage_code = answer_keys.stage_code
            and sittings.form_code = answer_keys.form_code
            and answers.item_no = answer_keys.item_no
    group by sittings.season_code, sittings.stage_code, sittings.candidate_no
)

select
    sittings.season_code,
    sittings.stage_code,
    sittings.candidate_no,
    case when counts.candidate_no is null or keyed_forms.form_code is null then 'NO_RESULT' else 'VALID' end
        as outcome_code,
    case when keyed_forms.form_code is not null then counts.count_right end as score_numerator,
    case when keyed_forms.form_code is not null and counts.candidate_no is not null then 1 end
        as score_denominator,
    greatest(sittings._first_received_at, counts.answers_known_at) as known_at
from sittings
inner join stages
    on sittings.season_code = stages.season_code and sittings.stage_code = stages.stage_code
left join counts
    on sittings.candidate_no = counts.candidate_no and sittings.stage_code = counts.stage_code
left join keyed_forms
    on
        sittings.season_code = keyed_forms.season_code
        and sittings.stage_code = keyed_forms.stage_code
        and sittings.form_code = keyed_forms.form_code
