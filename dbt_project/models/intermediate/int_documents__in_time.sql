-- Order §2.6: documents that were there when the counted submission of the account was made.
with documents as (
    select * from {{ ref('stg_platform__documents') }}
),

submissions as (
    select * from {{ ref('int_submissions__latest') }}
)

select
    submissions.season_code,
    documents.candidate_no,
    documents.document_id,
    documents.document_type_code,
    documents.uploaded_at,
    documents.education_level_code,
    documents.has_annex,
    documents.issuer_code,
    documents.level_code,
    documents.issued_on,
    documents.valid_until,
    documents._batch_id,
    documents._row_number
from documents
inner join submissions
    on documents.candidate_no = submissions.candidate_no
where documents.uploaded_at <= submissions.submitted_at
