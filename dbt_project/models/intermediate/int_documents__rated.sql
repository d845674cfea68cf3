-- Order §2.6, §4.1: what a document is worth for the need that it serves, and whether it counts yet.
with documents as (
    select * from {{ ref('stg_platform__documents') }}
),

in_time as (
    select * from {{ ref('int_documents__in_time') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

checks as (
    select * from {{ ref('int_document_checks__latest') }}
),

levels as (
    select * from {{ ref('education_levels') }}
),

certificates as (
    select * from {{ ref('int_certificates__judged') }}
    where finding_code is null
),

described as (
    select
        accounts.season_code,
        documents.candidate_no,
        documents.document_id,
        documents.document_type_code,
        documents.uploaded_at,
        case
            when documents.document_type_code = 'education' and documents.has_annex is not true
                then 'no_annex'
            else coalesce(checks.result_code, 'unchecked')
        end as need_state_code,
        accounts.is_submitted,
        in_time.document_id is not null as is_in_time,
        -- an education of a higher level, a certificate that counts
        case documents.document_type_code
            when 'education' then coalesce(levels.is_higher, false)
            when 'language_certificate' then certificates.document_id is not null
            else true
        end as meets_its_rule
    from documents
    inner join accounts on documents.candidate_no = accounts.candidate_no
    left join in_time on documents.document_id = in_time.document_id
    left join checks on documents.document_id = checks.document_id
    left join levels on documents.education_level_code = levels.education_level_code
    left join certificates on documents.document_id = certificates.document_id
)

select
    season_code,
    candidate_no,
    document_id,
    document_type_code,
    uploaded_at,
    need_state_code,
    -- who has submitted is judged by what was there then, and by what meets the rule if anything does; who
    -- has not, by what is there now
    not is_submitted
    or (
        is_in_time
        and (
            meets_its_rule
            or not bool_or(is_in_time and meets_its_rule) over (partition by candidate_no, document_type_code)
        )
    ) as is_considered
from described
