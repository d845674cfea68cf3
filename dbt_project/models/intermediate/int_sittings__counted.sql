-- Order §5.7, A17: the first sitting that no valid claim has annulled; never the best one.
with sittings as (
    select * from {{ ref('stg_platform__sittings') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

annulled as (
    select distinct sitting_id
    from {{ ref('int_resit_claims__judged') }}
    where is_valid
),

ordered as (
    select
        accounts.season_code,
        sittings.stage_code,
        sittings.candidate_no,
        sittings.sitting_id,
        sittings.attempt_no,
        sittings.form_code,
        sittings.started_at,
        sittings._first_received_at,
        annulled.sitting_id is not null as is_annulled
    from sittings
    inner join accounts on sittings.candidate_no = accounts.candidate_no
    left join annulled on sittings.sitting_id = annulled.sitting_id
    qualify row_number() over (
        partition by sittings.candidate_no, sittings.stage_code
        order by
            annulled.sitting_id is not null, sittings.attempt_no, sittings.started_at, sittings.sitting_id
    ) = 1
)

select
    season_code,
    stage_code,
    candidate_no,
    case when not is_annulled then sitting_id end as sitting_id,
    attempt_no,
    form_code,
    _first_received_at,
    is_annulled as is_resit_pending
from ordered
