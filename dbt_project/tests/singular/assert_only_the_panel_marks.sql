{{ config(meta={'dagster': {'ref': {'name': 'fct_panel_raters'}}}, severity='warn') }}
-- Order §6.5, §6.7: an expert marked a work that had been given to others. The marks count as they came; the
-- working group has to look at them.
select
    stage_code,
    candidate_no,
    rater_code
from {{ ref('fct_panel_raters') }}
where is_outsider and is_whole
