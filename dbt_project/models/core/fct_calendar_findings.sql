with sittings as (
    select * from {{ ref('int_calendar_findings__sittings') }}
),

lists as (
    select * from {{ ref('int_calendar_findings__lists') }}
),

in_order as (
    select * from {{ ref('int_calendar_findings__order') }}
),

days_off as (
    select * from {{ ref('int_calendar_findings__days_off') }}
),

structure as (
    select * from {{ ref('int_calendar_findings__structure') }}
),

findings as (
    select * from sittings
    union all by name
    select * from lists
    union all by name
    select * from in_order
    union all by name
    select * from days_off
    union all by name
    select * from structure
)

select
    season_code,
    finding_code,
    stage_code,
    event_code,
    first_at_local,
    second_at_local,
    other_stage_code,
    other_event_code,
    count_hours
from findings
