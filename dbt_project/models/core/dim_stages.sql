with stages as (
    select * from {{ ref('stages') }}
),

publications as (
    select
        season_code,
        stage_code,
        {{ utc_at('starts_local') }} as published_at
    from {{ ref('calendar') }}
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
    stages.limit_total,
    stages.tie_policy_code,
    stages.entry_paragraph,
    stages.cut_paragraph,
    publications.published_at,
    publications.published_at <= {{ as_of() }} as is_published,
    stages.name_kk,
    stages.name_ru,
    stages.name_en
from stages
inner join publications
    on stages.season_code = publications.season_code and stages.stage_code = publications.stage_code
