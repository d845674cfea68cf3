with sittings as (
    select * from {{ ref('fct_sittings') }}
),

solutions as (
    select * from {{ ref('stg_platform__solutions') }}
),

scoring as (
    select * from {{ ref('stage_scoring') }}
)

select
    sittings.season_code,
    solutions.work_no,
    solutions.candidate_no,
    sittings.stage_code,
    solutions.sitting_id,
    solutions.case_code,
    solutions.language_code,
    solutions.submitted_at,
    solutions.count_words,
    coalesce(solutions.count_words > scoring.words_limit, false) as is_over_words,
    solutions.duration_seconds,
    coalesce(solutions.duration_seconds > 60 * scoring.duration_minutes, false) as is_over_time,
    solutions._batch_id,
    solutions._received_at
from solutions
inner join sittings on solutions.sitting_id = sittings.sitting_id
left join scoring
    on sittings.season_code = scoring.season_code and sittings.stage_code = scoring.stage_code
