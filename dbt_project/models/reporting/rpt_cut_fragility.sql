-- A25, advisory: on how much the cut-off of a test hangs. A question is worth one point (Order §5.5).
-- Scores and cut-offs are compared as whole numbers, both times the two denominators.
with cutoffs as (
    select * from {{ ref('sel_cutoffs') }}
    where cutoff_denominator is not null
),

stages as (
    select * from {{ ref('dim_stages') }}
    where scoring_code = 'answers'
),

results as (
    select * from {{ ref('sel_stage_results') }}
    where (is_in_pool or is_late) and score_denominator is not null
),

apart as (
    select
        cutoffs.season_code,
        cutoffs.stage_code,
        cutoffs.track_code,
        results.is_admitted,
        results.status_code,
        results.score_numerator * cutoffs.cutoff_denominator
        - cutoffs.cutoff_numerator * results.score_denominator as above_cutoff,
        results.score_denominator * cutoffs.cutoff_denominator as one_question
    from cutoffs
    inner join results
        on
            cutoffs.season_code = results.season_code
            and cutoffs.stage_code = results.stage_code
            and cutoffs.track_code = results.track_code
),

counts as (
    select
        season_code,
        stage_code,
        track_code,
        count(*) filter (where above_cutoff = 0) as count_at_cutoff,
        count(*) filter (where is_admitted and above_cutoff < one_question) as count_out_if_higher,
        count(*) filter (
            where status_code = 'not_admitted' and above_cutoff < 0 and above_cutoff >= -one_question
        ) as count_in_if_lower
    from apart
    group by season_code, stage_code, track_code
)

select
    cutoffs.season_code,
    cutoffs.stage_code,
    cutoffs.track_code,
    cutoffs.limit_places,
    {{ points('cutoffs.cutoff_numerator', 'cutoffs.cutoff_denominator') }} as cutoff_points,
    cutoffs.count_pool,
    cutoffs.count_admitted,
    counts.count_at_cutoff::integer as count_at_cutoff,
    counts.count_out_if_higher::integer as count_out_if_higher,
    counts.count_in_if_lower::integer as count_in_if_lower
from cutoffs
inner join stages
    on cutoffs.season_code = stages.season_code and cutoffs.stage_code = stages.stage_code
inner join counts
    on
        cutoffs.season_code = counts.season_code
        and cutoffs.stage_code = counts.stage_code
        and cutoffs.track_code = counts.track_code
