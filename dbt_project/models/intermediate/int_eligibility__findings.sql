-- docs/rules.md, stage 1: every "no" names its rows. A fault explains something only where its rule was asked
-- and is not met.
with unmet as (
    select * from {{ ref('int_eligibility__checks') }}
    where not is_met
),

faults as (
    select
        candidate_no,
        rule_code,
        finding_code,
        'platform__registrations' as input_feed,
        'submission ' || submission_no as input_id,
        _batch_id,
        _row_number
    from {{ ref('int_registrations__faulted') }}
    union all
    select
        candidate_no,
        rule_code,
        finding_code,
        input_feed,
        input_id,
        _batch_id,
        _row_number
    from {{ ref('int_papers__faulted') }}
)

select
    unmet.season_code,
    unmet.candidate_no,
    unmet.rule_code,
    faults.finding_code,
    faults.input_feed,
    faults.input_id,
    faults._batch_id,
    faults._row_number
from unmet
inner join faults
    on unmet.candidate_no = faults.candidate_no and unmet.rule_code = faults.rule_code
