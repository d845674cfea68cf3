-- The batches of what a person did at a stage and what others gave for it, from the tests to the commissions.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

sittings as (
    select * from {{ ref('stg_platform__sittings') }}
),

rows_looked_at as (
    select
        stage_code,
        candidate_no,
        'platform__sittings' as feed,
        _batch_id
    from sittings
    union all
    select
        stage_code,
        candidate_no,
        'platform__resit_claims' as feed,
        _batch_id
    from {{ ref('stg_platform__resit_claims') }}
    union all
    select
        sittings.stage_code,
        sittings.candidate_no,
        'platform__answers' as feed,
        answers._batch_id
    from sittings
    inner join {{ ref('stg_platform__answers') }} as answers on sittings.sitting_id = answers.sitting_id
    union all
    select
        sittings.stage_code,
        sittings.candidate_no,
        'academy__answer_keys' as feed,
        answer_keys._batch_id
    from sittings
    inner join accounts on sittings.candidate_no = accounts.candidate_no
    inner join {{ ref('stg_academy__answer_keys') }} as answer_keys
        on
            accounts.season_code = answer_keys.season_code
            and sittings.stage_code = answer_keys.stage_code
            and sittings.form_code = answer_keys.form_code
    union all
    select
        sittings.stage_code,
        sittings.candidate_no,
        'platform__solutions' as feed,
        works._batch_id
    from sittings
    inner join {{ ref('stg_platform__solutions') }} as works on sittings.sitting_id = works.sitting_id
    union all
    select
        stage_code,
        candidate_no,
        'platform__expert_marks' as feed,
        _batch_id
    from {{ ref('int_expert_marks__judged') }}
    where mark_handling_code = 'counted'
    union all
    select
        'assessment_centre' as stage_code,
        candidate_no,
        'academy__assessor_marks' as feed,
        _batch_id
    from {{ ref('stg_academy__assessor_marks') }}
    union all
    select
        'interview' as stage_code,
        candidate_no,
        'academy__interview_marks' as feed,
        _batch_id
    from {{ ref('stg_academy__interview_marks') }}
    union all
    select
        'expert_commission' as stage_code,
        candidate_no,
        'agency__commission_marks' as feed,
        _batch_id
    from {{ ref('stg_agency__commission_marks') }}
    union all
    select
        'national_commission' as stage_code,
        candidate_no,
        'agency__national_decisions' as feed,
        _batch_id
    from {{ ref('stg_agency__national_decisions') }}
)

select
    stage_code,
    candidate_no,
    feed,
    _batch_id
from rows_looked_at
