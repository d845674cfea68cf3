-- Order §2: every rule in force on the day of submission, asked of every account that has something to be
-- asked about.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

experience as (
    select * from {{ ref('int_experience__united') }}
),

certified as (
    select distinct candidate_no
    from {{ ref('int_certificates__judged') }}
    where finding_code is null
),

rules as (
    select * from {{ ref('eligibility_rules') }}
),

educated as (
    select distinct documents.candidate_no
    from {{ ref('int_documents__in_time') }} as documents
    inner join {{ ref('education_levels') }} as levels
        on documents.education_level_code = levels.education_level_code
    where documents.document_type_code = 'education' and levels.is_higher
),

stopped as (
    select distinct accounts.candidate_no
    from accounts
    inner join {{ ref('stg_registers__stop_list') }} as stop_list
        on accounts.person_key = stop_list.person_key
    inner join {{ ref('stop_lists') }} as lists on stop_list.stop_list_code = lists.stop_list_code
    where
        stop_list.valid_from <= accounts.submitted_on
        and (
            lists.is_for_good
            or coalesce(stop_list.valid_to, accounts.submitted_on) >= accounts.submitted_on
        )
),

answers as (
    select
        accounts.season_code,
        accounts.candidate_no,
        accounts._batch_id,
        accounts.is_submitted,
        accounts.is_counted,
        accounts.submitted_on,
        map {
            'SUBMITTED': accounts.is_submitted,
            'COUNTED': not accounts.is_void,
            'CONSENTS': accounts.has_all_consents,
            'DOCUMENTS': accounts.has_all_documents,
            'CITIZENSHIP': accounts.citizenship_code = policy.citizenship_code,
            'AGE': accounts.age_years < policy.age_limit_years,
            'EDUCATION': educated.candidate_no is not null,
            'EXPERIENCE': coalesce(experience.is_long_enough, false),
            'LANGUAGE': certified.candidate_no is not null,
            'STOP_LIST': stopped.candidate_no is null
        } as met_by_rule
    from accounts
    inner join policy on accounts.season_code = policy.season_code
    left join experience on accounts.candidate_no = experience.candidate_no
    left join certified on accounts.candidate_no = certified.candidate_no
    left join educated on accounts.candidate_no = educated.candidate_no
    left join stopped on accounts.candidate_no = stopped.candidate_no
)

select
    answers.season_code,
    answers.candidate_no,
    rules.rule_code,
    rules.rule_order,
    answers.met_by_rule[rules.rule_code] as is_met,
    answers._batch_id
from answers
inner join rules on answers.season_code = rules.season_code
-- a draft is asked for a submission only, a void account also whether it counts: these two are asked always,
-- since nobody passes without a submission that counts, whatever is in force
where
    rules.rule_code = 'SUBMITTED'
    or (answers.is_submitted and rules.rule_code = 'COUNTED')
    or (
        answers.is_counted
        and rules.valid_from <= answers.submitted_on
        and coalesce(rules.valid_to, answers.submitted_on) >= answers.submitted_on
    )
