-- Detects checks of documents that nobody uploaded, or that somebody else uploaded: they help no need.
-- One row per check. A warning: the platform may still send the document.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_document_checks'}}}) }}

with checks as (
    select * from {{ ref('fct_document_checks') }}
),

documents as (
    select * from {{ ref('stg_platform__documents') }}
)

select
    checks.season_code,
    checks.check_no,
    checks.document_id,
    checks.candidate_no
from checks
left join documents
    on checks.document_id = documents.document_id and checks.candidate_no = documents.candidate_no
where documents.document_id is null
