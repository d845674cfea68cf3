with stages as (
    select * from {{ ref('stages') }}
),

clocked as (
    select * from {{ ref('int_stages__clocked') }}
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
    clocked.published_at,
    clocked.is_published,
    clocked.is_provisional,
    stages.name_kk,
    stages.name_ru,
    stages.name_en
from stages
inner join clocked
    on stages.season_code = clocked.season_code and stages.stage_code = clocked.stage_code
