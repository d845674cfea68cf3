-- A25, advisory: what the test for drift looks at, for the eye: an item over the hours of the sittings.
with answers as (
    select * from {{ ref('fct_item_answers') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
    where is_in_pool or is_late
),

policy as (
    select * from {{ ref('policy') }}
    where parameter_code = 'measurement_min_group'
),

timed as (
    select
        answers.season_code,
        answers.stage_code,
        answers.form_code,
        answers.language_code,
        answers.item_no,
        answers.is_right,
        -- whole hours
        date_sub(
            'hour',
            min(answers.started_at) over (
                partition by
                    answers.season_code, answers.stage_code, answers.form_code, answers.language_code
            ),
            answers.started_at
        ) as hour_no
    from answers
    inner join results
        on
            answers.season_code = results.season_code
            and answers.stage_code = results.stage_code
            and answers.candidate_no = results.candidate_no
),

hours as (
    select
        season_code,
        stage_code,
        form_code,
        language_code,
        item_no,
        hour_no::integer as hour_no,
        count(*)::integer as count_begun,
        count(*) filter (where is_right) as count_right
    from timed
    group by all
)

select
    hours.season_code,
    hours.stage_code,
    hours.form_code,
    hours.language_code,
    hours.item_no,
    hours.hour_no,
    hours.count_begun,
    case
        when hours.count_begun >= policy.value::integer
            then {{ quotient('hours.count_right', 'hours.count_begun') }}
    end as share_right
from hours
inner join policy on hours.season_code = policy.season_code
