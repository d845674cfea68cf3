-- A11, A13: who was stopped when the stage's list was made and is not any more, because every stop that was
-- in force then has been reversed since. What they bring comes back as a late result.
with stops as (
    select * from {{ ref('int_stops__effective') }}
),

accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

still_stopped as (
    select * from {{ ref('int_stops__by_stage') }}
)

select
    stages.season_code,
    stages.stage_code,
    stops.candidate_no,
    max_by(stops.reversing_decision_no, (stops.ends_at, stops.reversing_decision_no)) as decision_no
from stops
inner join accounts on stops.candidate_no = accounts.candidate_no
inner join stages on accounts.season_code = stages.season_code
left join still_stopped
    on
        stages.season_code = still_stopped.season_code
        and stages.stage_code = still_stopped.stage_code
        and stops.candidate_no = still_stopped.candidate_no
where
    stops.starts_at <= stages.stops_deciding_at
    and stops.ends_at > stages.stops_deciding_at
    and stops.ends_at <= {{ as_of() }}
    and still_stopped.candidate_no is null
group by stages.season_code, stages.stage_code, stops.candidate_no
