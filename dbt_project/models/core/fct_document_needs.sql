-- Order §2.6, §4.1: each account needs each type of document; the best of its documents counts.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

documents as (
    select * from {{ ref('int_documents__rated') }}
    where is_considered
),

outcomes as (
    select * from {{ ref('int_eligibility__outcomes') }}
),

needs as (
    select * from {{ ref('document_needs') }}
),

states as (
    select * from {{ ref('need_states') }}
),

best as (
    select
        documents.candidate_no,
        documents.document_type_code,
        documents.document_id,
        documents.need_state_code
    from documents
    inner join states on documents.need_state_code = states.need_state_code
    qualify row_number() over (
        partition by documents.candidate_no, documents.document_type_code
        order by states.state_order asc, documents.uploaded_at desc, documents.document_id desc
    ) = 1
)

select
    accounts.season_code,
    accounts.candidate_no,
    needs.document_type_code,
    coalesce(best.need_state_code, 'missing') as need_state_code,
    best.document_id,
    accounts.is_counted,
    coalesce(outcomes.is_passed, false) as is_eligible,
    accounts.is_submitted
from accounts
cross join needs
left join best
    on accounts.candidate_no = best.candidate_no and needs.document_type_code = best.document_type_code
left join outcomes on accounts.candidate_no = outcomes.candidate_no
