-- The stage with its clock: what is published as of the season clock, and the moments that decide.
with stages as (
    select * from {{ ref('stages') }}
),

moments as (
    select * from {{ ref('int_calendar__moments') }}
    where event_code = 'published'
),

publications as (
    select * from {{ ref('int_publications__by_stage') }}
),

policy as (
    select * from {{ ref('int_policy__by_season') }}
),

-- var `publishing`: the stage whose list is being made, as if it were published at the season clock
clocked as (
    select
        stages.*,
        moments.starts_at as planned_at,
        publications.season_code is not null as is_published_by_act,
        case
            when publications.season_code is not null then publications.first_published_at
            when stages.season_code || '/' || stages.stage_code = '{{ var("publishing") }}' then {{ as_of() }}
            else moments.starts_at
        end as published_at
    from stages
    inner join moments
        on stages.season_code = moments.season_code and stages.stage_code = moments.stage_code
    left join publications
        on stages.season_code = publications.season_code and stages.stage_code = publications.stage_code
)

select
    clocked.season_code,
    clocked.stage_code,
    clocked.stage_order,
    clocked.scoring_code,
    clocked.admits_by_code,
    clocked.share_numerator,
    clocked.share_denominator,
    clocked.limit_total,
    clocked.tie_policy_code,
    clocked.entry_paragraph,
    clocked.cut_paragraph,
    clocked.planned_at,
    clocked.published_at,
    clocked.published_at <= {{ as_of() }} as is_published,
    clocked.is_published_by_act,
    clocked.published_at <= {{ as_of() }} and not clocked.is_published_by_act as is_provisional,
    least(clocked.published_at, {{ as_of() }}) as deciding_at,
    -- A11: after the list nobody is promoted, unless the policy says so
    case
        when policy.exclusion_after_list_code = 'promote_next' then {{ as_of() }}
        else least(clocked.published_at, {{ as_of() }})
    end as stops_deciding_at
from clocked
left join policy on clocked.season_code = policy.season_code
