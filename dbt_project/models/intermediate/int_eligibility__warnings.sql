-- A35, A37, A39: what staff should know of an application although it changes nothing.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

met as (
    select * from {{ ref('int_eligibility__checks') }}
    where is_met
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

moments as (
    select * from {{ ref('int_calendar__moments') }}
),

registrations as (
    select * from {{ ref('stg_platform__registrations') }}
),

ageing as (
    select
        accounts.season_code,
        accounts.candidate_no,
        'TURNS_36' as warning_code,
        'platform__registrations' as input_feed,
        'submission ' || accounts.submission_no as input_id,
        -- the day would be the birthday
        null::date as warns_on,
        accounts._batch_id
    from accounts
    inner join met on accounts.candidate_no = met.candidate_no and met.rule_code = 'AGE'
    inner join policy on accounts.season_code = policy.season_code
    where accounts.age_years_on_close >= policy.age_limit_years
),

holding as (
    select certificates.*
    from {{ ref('int_certificates__judged') }} as certificates
    inner join met on certificates.candidate_no = met.candidate_no and met.rule_code = 'LANGUAGE'
    where certificates.finding_code is null
),

certified as (
    select
        season_code,
        candidate_no,
        document_id,
        warning_code,
        valid_until_used,
        _batch_id
    from holding
    where warning_code is not null
    union all
    select
        holding.season_code,
        holding.candidate_no,
        holding.document_id,
        'EXPIRES_DURING_SELECTION' as warning_code,
        holding.valid_until_used,
        holding._batch_id
    from holding
    inner join moments as close
        on
            holding.season_code = close.season_code
            and close.stage_code = 'national_commission'
            and close.event_code = 'sitting'
    where holding.valid_until_used < close.ends_local::date - 1
),

late as (
    select
        registrations.season_code,
        registrations.candidate_no,
        'LATE_SUBMISSION' as warning_code,
        'platform__registrations' as input_feed,
        'submission ' || registrations.submission_no as input_id,
        {{ local_date('registrations.submitted_at') }} as warns_on,
        registrations._batch_id
    from registrations
    inner join moments as intake
        on registrations.season_code = intake.season_code and intake.event_code = 'intake'
    where registrations.submission_no > 0 and registrations.submitted_at >= intake.ends_at
)

select * from ageing
union all
select
    season_code,
    candidate_no,
    warning_code,
    'platform__documents' as input_feed,
    document_id as input_id,
    valid_until_used as warns_on,
    _batch_id
from certified
union all
select * from late
