with findings as (
    select * from {{ ref('fct_calendar_findings') }}
),

rules as (
    select * from {{ ref('calendar_rules') }}
)

select
    findings.season_code,
    findings.finding_code,
    findings.stage_code,
    findings.event_code,
    findings.first_at_local,
    findings.second_at_local,
    findings.other_stage_code,
    findings.other_event_code,
    findings.count_hours,
    rules.severity_code
from findings
inner join rules on findings.finding_code = rules.finding_code
