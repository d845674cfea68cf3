-- Order §9.1–9.2, A43: places of each track in the Reserve, the decision that set them, the limit in all,
-- and on how many candidates of the track the Commission has decided.
with places as (
    select * from {{ ref('int_places__in_force') }}
),

stages as (
    select * from {{ ref('stages') }}
    where admits_by_code = 'decision'
),

by_order as (
    select * from {{ ref('stage_places') }}
),

revisions as (
    select * from {{ ref('stg_agency__quota_revisions') }}
),

decided as (
    select
        candidates.season_code,
        candidates.track_code,
        count(distinct decisions.candidate_no) as count_decisions
    from {{ ref('fct_national_decisions') }} as decisions
    inner join {{ ref('dim_candidates') }} as candidates on decisions.candidate_no = candidates.candidate_no
    group by candidates.season_code, candidates.track_code
),

limits as (
    select
        season_code,
        limit_total
    from revisions
    where limit_total is not null
    qualify row_number() over (
        partition by season_code order by decided_at desc, decision_no desc, limit_total desc
    ) = 1
)

select
    places.season_code,
    places.track_code,
    by_order.places as places_by_order,
    places.places,
    places.decision_no,
    revisions.decided_at,
    coalesce(limits.limit_total, stages.limit_total) as limit_total,
    coalesce(decided.count_decisions, 0)::integer as count_decisions
from places
inner join stages
    on places.season_code = stages.season_code and places.stage_code = stages.stage_code
inner join by_order
    on
        places.season_code = by_order.season_code
        and places.stage_code = by_order.stage_code
        and places.track_code = by_order.track_code
left join revisions
    on
        places.season_code = revisions.season_code
        and places.track_code = revisions.track_code
        and places.decision_no = revisions.decision_no
left join decided
    on places.season_code = decided.season_code and places.track_code = decided.track_code
left join limits on places.season_code = limits.season_code
