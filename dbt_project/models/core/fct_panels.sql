with panels as (
    select * from {{ ref('int_panels__scored') }}
),

works as (
    select * from {{ ref('int_works__counted') }}
),

raters as (
    select * from {{ ref('fct_panel_raters') }}
),

scoring as (
    select * from {{ ref('stage_scoring') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

counts as (
    select
        season_code,
        stage_code,
        candidate_no,
        any_value(count_criteria) as count_criteria,
        count(*) filter (where has_seat) as count_seats,
        count(*) filter (where is_whole) as count_whole,
        count(*) filter (where is_counted) as count_counted,
        count(*) filter (where is_whole and is_outsider) as count_outsiders,
        -- A23: an expert's mark is the mean of the criteria, so sums of the same criteria compare as marks do
        max(points_sum) filter (where is_counted) - min(points_sum) filter (where is_counted) as sums_apart
    from raters
    group by season_code, stage_code, candidate_no
)

select
    panels.season_code,
    panels.stage_code,
    panels.candidate_no,
    works.work_no,
    panels.outcome_code,
    scoring.raters_expected,
    scoring.quorum,
    coalesce(counts.count_seats, 0)::integer as count_seats,
    coalesce(counts.count_whole, 0)::integer as count_whole,
    coalesce(counts.count_counted, 0)::integer as count_counted,
    coalesce(counts.count_outsiders, 0)::integer as count_outsiders,
    {{ points('counts.sums_apart', 'counts.count_criteria') }} as points_apart,
    -- A21: of a fixed panel; the mean stays as it is
    coalesce(
        scoring.raters_expected is not null
        and counts.sums_apart >= policy.disagreement_points * counts.count_criteria, false
    ) as is_disagreement
from panels
inner join scoring
    on panels.season_code = scoring.season_code::varchar and panels.stage_code = scoring.stage_code
left join works
    on
        panels.season_code = works.season_code
        and panels.stage_code = works.stage_code
        and panels.candidate_no = works.candidate_no
left join counts
    on
        panels.season_code = counts.season_code
        and panels.stage_code = counts.stage_code
        and panels.candidate_no = counts.candidate_no
left join policy on panels.season_code = policy.season_code
