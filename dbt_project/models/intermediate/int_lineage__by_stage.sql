-- The raw batches that fed what is said of a person at a stage: every row that was looked at, by feed.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

sittings as (
    select * from {{ ref('stg_platform__sittings') }}
),

looked_at as (
    select
        'registration' as stage_code,
        candidate_no,
        'platform__registrations' as feed,
        _batch_id
    from {{ ref('stg_platform__registrations') }}
    union all
    select
        'registration' as stage_code,
        candidate_no,
        'platform__documents' as feed,
        _batch_id
    from {{ ref('stg_platform__documents') }}
    union all
    select
        'registration' as stage_code,
        candidate_no,
        'platform__employment_periods' as feed,
        _batch_id
    from {{ ref('stg_platform__employment_periods') }}
    union all
    select
        'registration' as stage_code,
        candidate_no,
        'agency__document_checks' as feed,
        _batch_id
    from {{ ref('stg_agency__document_checks') }}
    union all
    select
        'registration' as stage_code,
        candidate_no,
        input_feed as feed,
        _batch_id
    from {{ ref('int_eligibility__findings') }}
    union all
    select
        'vetting' as stage_code,
        candidate_no,
        'agency__vetting_requests' as feed,
        _batch_id
    from {{ ref('stg_agency__vetting_requests') }}
    union all
    select
        'vetting' as stage_code,
        candidate_no,
        'vetting__replies' as feed,
        _batch_id
    from {{ ref('stg_vetting__replies') }}
    union all
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
        works.stage_code,
        works.candidate_no,
        'platform__expert_marks' as feed,
        marks._batch_id
    from {{ ref('int_works__counted') }} as works
    inner join {{ ref('stg_platform__expert_marks') }} as marks on works.work_no = marks.work_no
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
),

-- decisions and withdrawals speak at every stage whose list they may have moved
persons as (
    select
        candidate_no,
        'agency__working_group_decisions' as feed,
        _batch_id
    from {{ ref('stg_agency__working_group_decisions') }}
    union all
    select
        candidate_no,
        'platform__withdrawals' as feed,
        _batch_id
    from {{ ref('stg_platform__withdrawals') }}
),

unioned as (
    select
        accounts.season_code,
        looked_at.*
    from looked_at
    inner join accounts on looked_at.candidate_no = accounts.candidate_no
    union
    select
        accounts.season_code,
        stages.stage_code,
        persons.candidate_no,
        persons.feed,
        persons._batch_id
    from persons
    inner join accounts on persons.candidate_no = accounts.candidate_no
    inner join stages on accounts.season_code = stages.season_code
    union
    select
        season_code,
        stage_code,
        candidate_no,
        'publication__lists' as feed,
        _batch_id
    from {{ ref('int_lists__in_force') }}
)

select
    season_code,
    stage_code,
    candidate_no,
    feed,
    _batch_id
from unioned
where _batch_id is not null
