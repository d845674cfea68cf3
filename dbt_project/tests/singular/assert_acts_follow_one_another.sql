{{ config(meta={'dagster': {'ref': {'name': 'rpt_publications'}}}) }}
-- Detects acts of publication that do not follow one another: a number left out, a moment before the act
-- before, a version that is not the next, or a list with other rows than its act counts (A49).
with acts as (
    select
        *,
        lag(act_no, 1, 0) over (order by act_no) as act_no_before,
        lag(acted_at) over (order by act_no) as acted_at_before,
        count(*) filter (where kind_code != 'kept')
            over (partition by season_code, stage_code order by act_no) as version_expected
    from {{ ref('stg_publication__acts') }}
),

counted as (
    select
        act_no,
        count(*) as count_rows
    from {{ ref('stg_publication__lists') }}
    group by act_no
)

select
    acts.act_no,
    acts.stage_code
from acts
left join counted on acts.act_no = counted.act_no
where
    acts.act_no != acts.act_no_before + 1
    or acts.acted_at < acts.acted_at_before
    or acts.version != acts.version_expected
    or acts.count_rows != coalesce(counted.count_rows, 0)
