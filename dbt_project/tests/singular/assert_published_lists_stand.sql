{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'rpt_publications'}}}) }}
-- Detects a list published by an act that today's data would make otherwise, with nobody having restated it
-- or recorded why it stands (A49). It blocks nothing: the published list holds until a person decides.
select
    season_code,
    stage_code,
    version,
    count_drift
from {{ ref('rpt_publications') }}
where is_published_by_act and count_drift > 0 and not is_drift_kept
