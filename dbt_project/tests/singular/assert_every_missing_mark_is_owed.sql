{{ config(meta={'dagster': {'ref': {'name': 'fct_marks_owed'}}}) }}
-- A19, A26: a result waits for a mark, and the list of who owes what says nothing about it.
select
    panels.stage_code,
    panels.candidate_no,
    panels.outcome_code
from {{ ref('fct_panels') }} as panels
left join {{ ref('fct_marks_owed') }} as owed
    on
        panels.season_code = owed.season_code
        and panels.stage_code = owed.stage_code
        and panels.candidate_no = owed.candidate_no
where panels.outcome_code in ('MARK_MISSING', 'NO_QUORUM') and owed.candidate_no is null
