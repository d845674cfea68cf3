-- A49: where today's data would give another list than the one in force. It changes nothing by itself.
with lists as (
    select * from {{ ref('int_lists__in_force') }}
),

publications as (
    select * from {{ ref('int_publications__by_stage') }}
),

judged as (
    select judged.*
    from {{ ref('int_selection__judged') }} as judged
    inner join publications
        on judged.season_code = publications.season_code and judged.stage_code = publications.stage_code
),

paired as (
    select
        coalesce(judged.season_code, lists.season_code) as season_code,
        coalesce(judged.stage_code, lists.stage_code) as stage_code,
        coalesce(judged.stage_order, lists.stage_order) as stage_order,
        coalesce(judged.track_code, lists.track_code) as track_code,
        coalesce(judged.candidate_no, lists.candidate_no) as candidate_no,
        case
            when lists.candidate_no is null then 'entered'
            when judged.candidate_no is null then 'left'
            when
                judged.status_code != lists.status_code or judged.reason_code != lists.reason_code
                then 'status'
            when
                (judged.score_numerator is null) != (lists.score_numerator is null)
                or judged.score_numerator::hugeint * lists.score_denominator
                != lists.score_numerator::hugeint * judged.score_denominator
                then 'score'
            when coalesce(judged.rank, 0) != coalesce(lists.rank, 0) then 'rank'
        end as change_code,
        lists.status_code as status_before,
        judged.status_code as status_after,
        lists.reason_code as reason_before,
        judged.reason_code as reason_after,
        coalesce(lists.is_admitted, false) as is_admitted_before,
        coalesce(judged.is_admitted, false) as is_admitted_after,
        lists.score_numerator as score_numerator_before,
        lists.score_denominator as score_denominator_before,
        judged.score_numerator as score_numerator_after,
        judged.score_denominator as score_denominator_after,
        lists.rank as rank_before,
        judged.rank as rank_after,
        coalesce(judged.is_late, false) as is_late
    from judged
    full outer join lists
        on
            judged.season_code = lists.season_code
            and judged.stage_code = lists.stage_code
            and judged.candidate_no = lists.candidate_no
),

-- the batches since the list that speak of this person at this stage; where there are none, the rank moved
-- because of somebody else
causes as (
    select
        lineage.season_code,
        lineage.stage_code,
        lineage.candidate_no,
        list(distinct lineage._batch_id order by lineage._batch_id) as _batch_ids
    from {{ ref('int_lineage__by_stage') }} as lineage
    inner join publications
        on lineage.season_code = publications.season_code and lineage.stage_code = publications.stage_code
    inner join {{ ref('fct_batches') }} as batches on lineage._batch_id = batches.batch_id
    where batches.received_at > publications.published_at
    group by lineage.season_code, lineage.stage_code, lineage.candidate_no
)

select
    paired.season_code,
    paired.stage_code,
    paired.stage_order,
    paired.track_code,
    paired.candidate_no,
    paired.change_code,
    paired.status_before,
    paired.status_after,
    paired.reason_before,
    paired.reason_after,
    paired.is_admitted_before,
    paired.is_admitted_after,
    paired.score_numerator_before,
    paired.score_denominator_before,
    paired.score_numerator_after,
    paired.score_denominator_after,
    paired.rank_before,
    paired.rank_after,
    paired.is_late,
    array_to_string(causes._batch_ids, ', ') as _cause_batch_ids
from paired
left join causes
    on
        paired.season_code = causes.season_code
        and paired.stage_code = causes.stage_code
        and paired.candidate_no = causes.candidate_no
where paired.change_code is not null
