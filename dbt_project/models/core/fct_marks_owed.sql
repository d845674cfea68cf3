with panels as (
    select * from {{ ref('fct_panels') }}
    -- a work that was not handed in is owed by nobody
    where outcome_code != 'VALID' and (raters_expected is null or work_no is not null)
),

raters as (
    select * from {{ ref('fct_panel_raters') }}
    where not is_whole and not is_outsider
),

named as (
    select
        panels.season_code,
        panels.stage_code,
        panels.candidate_no,
        raters.rater_code,
        case when raters.count_points = 0 then 'not_begun' else 'incomplete' end as owed_mark_code,
        1 as count_raters,
        raters.count_criteria - raters.count_points as count_marks,
        raters.given_at
    from panels
    inner join raters
        on
            panels.season_code = raters.season_code
            and panels.stage_code = raters.stage_code
            and panels.candidate_no = raters.candidate_no
),

named_counts as (
    select
        season_code,
        stage_code,
        candidate_no,
        count(*)::integer as count_named
    from named
    group by season_code, stage_code, candidate_no
),

unnamed as (
    select
        panels.season_code,
        panels.stage_code,
        panels.candidate_no,
        coalesce(panels.raters_expected, panels.quorum)
        - panels.count_counted
        - coalesce(named_counts.count_named, 0) as count_raters
    from panels
    left join named_counts
        on
            panels.season_code = named_counts.season_code
            and panels.stage_code = named_counts.stage_code
            and panels.candidate_no = named_counts.candidate_no
)

select
    season_code,
    stage_code,
    candidate_no,
    rater_code,
    owed_mark_code,
    count_raters,
    count_marks,
    given_at
from named
union all
select
    season_code,
    stage_code,
    candidate_no,
    null as rater_code,
    'nobody' as owed_mark_code,
    count_raters,
    null as count_marks,
    null as given_at
from unnamed
where count_raters > 0
