-- Order §2.6, A37, A38: what is wrong with each language certificate on the day of submission, the first
-- fault that holds; and until when it is valid, as printed, as a checker read, or as assumed.
with documents as (
    select * from {{ ref('int_documents__in_time') }}
    where document_type_code = 'language_certificate'
),

submissions as (
    select * from {{ ref('int_submissions__latest') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

language_levels as (
    select * from {{ ref('language_levels') }}
),

vetting as (
    select * from {{ ref('int_calendar__moments') }}
    where stage_code = 'vetting' and event_code = 'vetting'
),

-- the latest check of the candidate's own document, made and delivered while vetting went on
checked as (
    select
        checks.document_id,
        checks.candidate_no,
        case when checks.result_code = 'confirmed' then checks.valid_until end as valid_until
    from {{ ref('stg_agency__document_checks') }} as checks
    inner join submissions on checks.candidate_no = submissions.candidate_no
    inner join vetting on submissions.season_code = vetting.season_code
    where checks.checked_at < vetting.ends_at and checks._first_received_at < vetting.ends_at
    qualify row_number() over (
        partition by checks.document_id, checks.candidate_no
        order by checks.checked_at desc, checks.check_no desc
    ) = 1
),

dated as (
    select
        documents.season_code,
        documents.candidate_no,
        documents.document_id,
        documents.issued_on,
        submissions.submitted_on,
        coalesce(held.level_order >= needed.level_order, false) as is_high_enough,
        coalesce(
            documents.valid_until,
            checked.valid_until,
            -- only the National Testing Centre's certificates have a known term; others need a person's look
            case
                when documents.issuer_code = 'KAZTEST'
                    then (documents.issued_on + to_years(policy.certificate_fallback_years))::date
            end
        ) as valid_until_used,
        case
            when documents.valid_until is not null then null
            when checked.valid_until is not null then 'TERM_CHECKED'
            else 'TERM_ASSUMED'
        end as term_code,
        documents._batch_id,
        documents._row_number
    from documents
    inner join submissions on documents.candidate_no = submissions.candidate_no
    inner join policy on documents.season_code = policy.season_code
    inner join language_levels as needed on policy.language_min_level_code = needed.level_code
    left join language_levels as held on documents.level_code = held.level_code
    left join checked
        on documents.document_id = checked.document_id and documents.candidate_no = checked.candidate_no
),

judged as (
    select
        *,
        case
            when not is_high_enough then 'LEVEL_TOO_LOW'
            when issued_on is null or issued_on > submitted_on then 'ISSUED_LATER'
            when valid_until_used is null then 'TERM_UNKNOWN'
            when valid_until_used < submitted_on then 'EXPIRED'
        end as finding_code
    from dated
)

select
    season_code,
    candidate_no,
    document_id,
    valid_until_used,
    finding_code,
    case when finding_code is null then term_code end as warning_code,
    _batch_id,
    _row_number
from judged
