with acts as (
    select * from {{ ref('fct_publication_acts') }}
),

publications as (
    select * from {{ ref('sel_publications') }}
)

select
    acts.act_no,
    acts.season_code,
    acts.stage_code,
    publications.stage_order,
    acts.kind_code,
    acts.version,
    acts.acted_at,
    acts.approved_by,
    acts.decision_no,
    acts.reason,
    acts.count_rows,
    acts.list_hash,
    acts.drift_hash,
    acts.act_hash,
    -- the act whose list holds; and of the kept ones that by which it stands against today's drift
    coalesce(acts.act_no = publications.act_no, false) as is_in_force,
    coalesce(acts.kind_code = 'kept' and publications.is_drift_kept, false)
    and acts.act_no = max(acts.act_no) over (partition by acts.season_code, acts.stage_code) as is_keeping
from acts
inner join publications
    on acts.season_code = publications.season_code and acts.stage_code = publications.stage_code
