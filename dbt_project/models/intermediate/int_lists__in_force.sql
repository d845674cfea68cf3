-- A49: the rows of the lists in force, as they were published.
with publications as (
    select * from {{ ref('int_publications__by_stage') }}
),

lists as (
    select * from {{ ref('stg_publication__lists') }}
)

select
    publications.season_code,
    publications.stage_code,
    publications.stage_order,
    publications.version,
    lists.track_code,
    lists.candidate_no,
    lists.status_code,
    lists.reason_code,
    lists.is_admitted,
    lists.is_in_pool,
    lists.is_late,
    lists.score_numerator,
    lists.score_denominator,
    lists.rank,
    lists.is_at_cutoff,
    lists.decision_no,
    lists.count_pool,
    lists.limit_places,
    lists.cutoff_numerator,
    lists.cutoff_denominator,
    lists.is_shortfall,
    lists._batch_id
from publications
inner join lists on publications.act_no = lists.act_no
