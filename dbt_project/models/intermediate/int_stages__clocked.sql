-- The stage with its clock: what is published as of the season clock, and the moment that decides stops.
with stages as (
    select * from {{ ref('stages') }}
),

moments as (
    select * from {{ ref('int_calendar__moments') }}
    where event_code = 'published'
)

select
    stages.season_code,
    stages.stage_code,
    stages.stage_order,
    stages.scoring_code,
    stages.admits_by_code,
    stages.share_numerator,
    stages.share_denominator,
    stages.tie_policy_code,
    stages.entry_paragraph,
    stages.cut_paragraph,
    moments.starts_at as published_at,
    moments.starts_at <= {{ as_of() }} as is_published,
    least(moments.starts_at, {{ as_of() }}) as deciding_at
from stages
inner join moments
    on stages.season_code = moments.season_code and stages.stage_code = moments.stage_code
