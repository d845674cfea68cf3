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
)

select
    accounts.season_code,
    documents.candidate_no,
    documents.document_id,
    documents.document_type_code,
    documents.uploaded_at,
    case
        when documents.document_type_code = 'education' and documents.has_annex is not true then 'no_annex'
        else coalesce(checks.result_code, 'unchecked')
    end as need_state_code,
    -- who has submitted is judged by what was there then; who has not, by what is there now
    not accounts.is_submitted or in_time.document_id is not null as is_considered
from documents
inner join accounts on documents.candidate_no = accounts.candidate_no
left join in_time on documents.document_id = in_time.document_id
left join checks on documents.document_id = checks.document_id
