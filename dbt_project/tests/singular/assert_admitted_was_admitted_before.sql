{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §3.2: somebody stands at a stage without having been admitted from the stage before it, or was
-- admitted and does not stand there. A published list stands as it is (A49): if the stage before it was
-- restated since, that is drift (assert_published_lists_stand). Whom the National Commission took from
-- outside the list by an override (A44) stands at its stage only.
with results as (
    select * from {{ ref('sel_stage_results') }}
),

last_stage as (
    select
        season_code,
        max(stage_order) as stage_order
    from {{ ref('dim_stages') }}
    group by season_code
)

select
    this.candidate_no,
    this.stage_order
from results as this
left join results as before
    on this.candidate_no = before.candidate_no and this.stage_order = before.stage_order + 1
left join {{ ref('int_publications__by_stage') }} as publications
    on this.season_code = publications.season_code and this.stage_code = publications.stage_code
where
    this.stage_order > 1 and not coalesce(before.is_admitted, false) and publications.stage_code is null
    and not exists (
        select decisions.candidate_no
        from {{ ref('int_national_decisions__latest') }} as decisions
        inner join last_stage on decisions.season_code = last_stage.season_code
        where
            decisions.is_override
            and this.candidate_no = decisions.candidate_no
            and this.stage_order = last_stage.stage_order
    )
union all
select
    this.candidate_no,
    this.stage_order
from results as this
inner join last_stage on this.season_code = last_stage.season_code
left join results as later
    on this.candidate_no = later.candidate_no and this.stage_order = later.stage_order - 1
where this.is_admitted and this.stage_order < last_stage.stage_order and later.candidate_no is null
