with panels as (
    select * from {{ ref('fct_panels') }}
    -- a work that was not handed in waits for nobody
    where raters_expected is null or work_no is not null
),

results as (
    select * from {{ ref('sel_stage_results') }}
)

select
    panels.season_code,
    panels.stage_code,
    results.stage_order,
    results.track_code,
    count(*)::integer as count_to_mark,
    (count(*) filter (where panels.outcome_code = 'VALID'))::integer as count_marked,
    (
        count(*) filter (where panels.outcome_code != 'VALID' and results.status_code = 'not_publishable')
    )::integer as count_unpublishable,
    (count(*) filter (where panels.count_whole = 0))::integer as count_untouched,
    sum(panels.count_whole)::integer as count_whole_sets,
    (count(*) filter (where panels.is_disagreement))::integer as count_disagreements
from panels
inner join results
    on
        panels.season_code = results.season_code
        and panels.stage_code = results.stage_code
        and panels.candidate_no = results.candidate_no
group by panels.season_code, panels.stage_code, results.stage_order, results.track_code
