-- A20: the marks that did not count, and why.
with versions as (
    select * from {{ ref('fct_expert_mark_versions') }}
),

handlings as (
    select * from {{ ref('mark_handlings') }}
    where is_refused
)

select
    versions.season_code,
    versions.stage_code,
    versions.candidate_no,
    versions.work_no,
    versions.expert_code,
    versions.criterion_code,
    versions.version_no,
    versions.points,
    versions.points_counted,
    versions.marked_at,
    versions.received_at,
    versions.locked_at,
    versions.mark_handling_code,
    handlings.text_kk,
    handlings.text_ru,
    handlings.text_en,
    versions._batch_id
from versions
inner join handlings on versions.mark_handling_code = handlings.mark_handling_code
