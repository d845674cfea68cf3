{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §4.2, §4.5, §5.1, A10, A40: somebody admitted from a stage had been excluded or had withdrawn, under
-- whatever number, when its list was published, and the exclusion was not reversed by then or since. Read
-- from the decisions themselves, not from the selection's own steps.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

admitted as (
    select
        others.candidate_no,
        results.stage_code,
        cutoffs.published_at
    from {{ ref('sel_stage_results') }} as results
    inner join {{ ref('sel_cutoffs') }} as cutoffs
        on
            results.season_code = cutoffs.season_code
            and results.stage_code = cutoffs.stage_code
            and results.track_code = cutoffs.track_code
    inner join accounts on results.candidate_no = accounts.candidate_no
    inner join accounts as others
        on accounts.season_code = others.season_code and accounts.person_key = others.person_key
    where results.is_admitted
),

decisions as (
    select * from {{ ref('fct_working_group_decisions') }}
)

select
    admitted.candidate_no,
    admitted.stage_code
from admitted
inner join {{ ref('fct_withdrawals') }} as withdrawals on admitted.candidate_no = withdrawals.candidate_no
where withdrawals.withdrawn_at <= admitted.published_at
union all
select
    admitted.candidate_no,
    admitted.stage_code
from admitted
inner join decisions on admitted.candidate_no = decisions.candidate_no
where
    decisions.action_code = 'exclude'
    and decisions.decided_at <= admitted.published_at
    and not exists (
        select reversals.decision_no
        from decisions as reversals
        where
            reversals.action_code = 'reverse'
            and reversals.candidate_no = decisions.candidate_no
            and reversals.reversed_decision_no = decisions.decision_no
            and decisions.decided_at <= reversals.decided_at
    )
