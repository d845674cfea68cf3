-- Detects records of candidate numbers that no registration carries: without a season they stay out of core.
-- One row per feed, with how many records and numbers are unknown. A warning: senders' files arrive in any
-- order, and the platform may still send the account.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_candidates'}}}) }}

{% set feeds = [
    'academy__assessor_marks', 'academy__expert_conflicts', 'academy__interview_marks',
    'agency__commission_marks', 'agency__document_checks', 'agency__national_decisions', 'agency__vetting_requests',
    'agency__working_group_decisions',
    'placement__places', 'platform__bookings', 'platform__candidate_employers', 'platform__case_assignments',
    'platform__documents', 'platform__employment_periods',
    'platform__resit_claims', 'platform__sittings', 'platform__solutions', 'platform__withdrawals',
    'vetting__replies',
] %}

with candidates as (
    select * from {{ ref('dim_candidates') }}
),

records as (
    {% for feed in feeds %}
        select
            '{{ feed }}' as feed,
            candidate_no
        from {{ ref('stg_' ~ feed) }}
        {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    records.feed,
    count(*) as count_records,
    count(distinct records.candidate_no) as count_candidates
from records
left join candidates on records.candidate_no = candidates.candidate_no
where candidates.candidate_no is null
group by records.feed
