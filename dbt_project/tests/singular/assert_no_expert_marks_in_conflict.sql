{{ config(meta={'dagster': {'ref': {'name': 'fct_expert_conflicts'}}}, severity='warn') }}
-- Order §6.5, §6.7: an expert marked the work of a candidate with whom there is a conflict. The marks count;
-- the working group has to look at them.
select
    marks.stage_code,
    marks.candidate_no,
    marks.rater_code,
    conflicts.conflict_kind_code
from {{ ref('fct_rater_marks') }} as marks
inner join {{ ref('fct_expert_conflicts') }} as conflicts
    on
        marks.season_code = conflicts.season_code
        and marks.candidate_no = conflicts.candidate_no
        and marks.rater_code = conflicts.expert_code
group by all
