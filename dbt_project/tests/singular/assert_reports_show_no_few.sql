{{ config(meta={'dagster': {'ref': {'name': 'rpt_stage_groups'}}}) }}
-- A45: a report shows a group of fewer people than the policy allows, although the stage has more, or its
-- groups are not all who entered.
with groups as (
    select * from {{ ref('rpt_stage_groups') }}
),

terms as (
    select
        season_code,
        value::integer as min_group
    from {{ ref('policy') }}
    where parameter_code = 'report_min_group'
),

stages as (
    select
        season_code,
        stage_code,
        sum(count_entered) as count_entered
    from {{ ref('sel_cutoffs') }}
    group by season_code, stage_code
),

kinds as (
    select
        season_code,
        stage_code,
        group_kind_code,
        sum(count_entered) as count_entered,
        min(count_entered) as count_least
    from groups
    group by season_code, stage_code, group_kind_code
)

select
    kinds.season_code,
    kinds.stage_code,
    kinds.group_kind_code
from kinds
inner join terms on kinds.season_code = terms.season_code
inner join stages on kinds.season_code = stages.season_code and kinds.stage_code = stages.stage_code
where
    kinds.count_entered != stages.count_entered
    or kinds.count_least < least(terms.min_group, stages.count_entered)
