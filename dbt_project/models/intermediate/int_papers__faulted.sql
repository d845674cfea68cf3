-- Order §2: what is wrong with each document, period of employment and entry of a stop list, by its row.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
    where is_submitted
),

documents as (
    select * from {{ ref('int_documents__in_time') }}
),

certificates as (
    select * from {{ ref('int_certificates__judged') }}
    where finding_code is not null
),

faults as (
    select
        candidate_no,
        'DOCUMENTS' as rule_code,
        'NO_ANNEX' as finding_code,
        'platform__documents' as input_feed,
        document_id as input_id,
        _batch_id,
        _row_number
    from documents
    where document_type_code = 'education'
    -- one with an annex makes up for those without
    qualify not bool_or(coalesce(has_annex, false)) over (partition by candidate_no)
    union all
    select
        uploaded.candidate_no,
        'DOCUMENTS' as rule_code,
        'UPLOADED_LATE' as finding_code,
        'platform__documents' as input_feed,
        uploaded.document_id as input_id,
        uploaded._batch_id,
        uploaded._row_number
    from {{ ref('stg_platform__documents') }} as uploaded
    inner join accounts on uploaded.candidate_no = accounts.candidate_no
    anti join documents
        on
            uploaded.candidate_no = documents.candidate_no
            and uploaded.document_type_code = documents.document_type_code
    union all
    select
        documents.candidate_no,
        'EDUCATION' as rule_code,
        'NOT_HIGHER' as finding_code,
        'platform__documents' as input_feed,
        documents.document_id as input_id,
        documents._batch_id,
        documents._row_number
    from documents
    left join {{ ref('education_levels') }} as levels
        on documents.education_level_code = levels.education_level_code
    where documents.document_type_code = 'education' and not coalesce(levels.is_higher, false)
    union all
    select
        periods.candidate_no,
        'EXPERIENCE' as rule_code,
        'TOO_SHORT' as finding_code,
        'platform__employment_periods' as input_feed,
        'period ' || periods.period_no as input_id,
        periods._batch_id,
        periods._row_number
    from {{ ref('stg_platform__employment_periods') }} as periods
    inner join accounts on periods.candidate_no = accounts.candidate_no
    where periods.started_on <= accounts.submitted_on
    union all
    select
        candidate_no,
        'LANGUAGE' as rule_code,
        finding_code,
        'platform__documents' as input_feed,
        document_id as input_id,
        _batch_id,
        _row_number
    from certificates
    union all
    select
        accounts.candidate_no,
        'STOP_LIST' as rule_code,
        'ON_STOP_LIST' as finding_code,
        'registers__stop_list' as input_feed,
        entries.stop_list_code || ' ' || entries.valid_from as input_id,
        entries._batch_id,
        entries._row_number
    from accounts
    inner join {{ ref('stg_registers__stop_list') }} as entries on accounts.person_key = entries.person_key
    inner join {{ ref('stop_lists') }} as lists on entries.stop_list_code = lists.stop_list_code
    where
        entries.valid_from <= accounts.submitted_on
        and (lists.is_for_good or coalesce(entries.valid_to, accounts.submitted_on) >= accounts.submitted_on)
)

select
    candidate_no,
    rule_code,
    finding_code,
    input_feed,
    input_id,
    _batch_id,
    _row_number
from faults
