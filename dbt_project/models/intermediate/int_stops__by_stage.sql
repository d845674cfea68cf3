-- A10-A12, A41: the stop that is in force when the stage's list is made, and still is; the earliest decides.
with stops as (
    select * from {{ ref('int_stops__effective') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

deciding as (
    select
        stages.season_code,
        stages.stage_code,
        stops.candidate_no,
        stops.stop_code,
        stops.decision_no,
        stops.basis_code,
        stops.decided_stage_code
    from stops
    inner join accounts on stops.candidate_no = accounts.candidate_no
    inner join stages on accounts.season_code = stages.season_code
    where
        stops.starts_at <= stages.stops_deciding_at
        -- reversed after the list: int_stops__lifted
        and (stops.ends_at is null or stops.ends_at > greatest(stages.stops_deciding_at, {{ as_of() }}))
    qualify row_number() over (
        partition by stages.season_code, stages.stage_code, stops.candidate_no
        order by
            stops.starts_at asc,
            stops.stop_code = 'exclusion' asc,
            stops.decision_no asc,
            stops.stopped_candidate_no = stops.candidate_no desc,
            stops.stopped_candidate_no asc
    ) = 1
)

select
    season_code,
    stage_code,
    candidate_no,
    decision_no,
    case
        when stop_code = 'withdrawal' then 'WITHDRAWN'
        when
            basis_code = 'proctoring_violation' and decided_stage_code = stage_code
            then 'ANNULLED_PROCTORING'
        else 'EXCLUDED'
    end as reason_code
from deciding
