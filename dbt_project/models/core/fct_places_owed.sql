-- Order §7.1, §5.7, A42: who has no place: to be placed automatically, left to choose (tests), or owed a
-- resit (A17). Until the stage's list is published; a resit also afterwards (A13).
with stages as (
    select * from {{ ref('int_stages__bookable') }}
),

entrants as (
    select * from {{ ref('int_selection__walked') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

sittings as (
    select * from {{ ref('int_sittings__counted') }}
),

-- a place for a resit that came to nothing is over
last_sittings as (
    select
        candidate_no,
        stage_code,
        max(started_at) as started_at
    from {{ ref('stg_platform__sittings') }}
    group by candidate_no, stage_code
),

stopped as (
    select distinct candidate_no
    from {{ ref('int_stops__effective') }}
    where starts_at <= {{ as_of() }} and coalesce(ends_at > {{ as_of() }}, true)
),

places as (
    select * from {{ ref('fct_places') }}
),

standing as (
    select
        places.season_code,
        places.stage_code,
        places.candidate_no,
        places.is_resit
    from places
    left join last_sittings
        on places.candidate_no = last_sittings.candidate_no and places.stage_code = last_sittings.stage_code
    where coalesce(last_sittings.started_at < places.starts_at, true)
),

waiting as (
    select
        stages.season_code,
        stages.stage_code,
        entrants.candidate_no,
        accounts.track_code,
        accounts.test_language_code,
        coalesce(sittings.is_resit_pending, false) as is_resit,
        case
            when sittings.is_resit_pending then 'resit'
            when stages.is_placed_automatically then 'to_place'
            else 'to_choose'
        end as owed_code
    from entrants
    inner join stages
        on entrants.season_code = stages.season_code and entrants.stage_code = stages.stage_code
    inner join accounts on entrants.candidate_no = accounts.candidate_no
    left join sittings
        on entrants.candidate_no = sittings.candidate_no and entrants.stage_code = sittings.stage_code
    left join stopped on entrants.candidate_no = stopped.candidate_no
    where
        stopped.candidate_no is null
        and stages.listed_at is not null
        and case
            when sittings.candidate_no is null then not stages.is_published else sittings.is_resit_pending
        end
)

select
    waiting.season_code,
    waiting.stage_code,
    waiting.candidate_no,
    waiting.track_code,
    waiting.test_language_code,
    waiting.is_resit,
    waiting.owed_code
from waiting
left join standing
    on
        waiting.season_code = standing.season_code
        and waiting.stage_code = standing.stage_code
        and waiting.candidate_no = standing.candidate_no
        and waiting.is_resit = standing.is_resit
where standing.candidate_no is null
