-- The batches of what was filed and asked about a person, up to vetting.
with rows_looked_at as (
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
)

select
    stage_code,
    candidate_no,
    feed,
    _batch_id
from rows_looked_at
