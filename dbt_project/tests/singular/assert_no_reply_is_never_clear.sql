{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §4.4, A31: somebody was admitted from vetting although a body in force on the day of the submission
-- had sent no clear letter about them by the end of vetting, and the working group had decided nothing. Read
-- from the letters and decisions themselves, not from the steps of vetting.
with admitted as (
    select
        results.season_code,
        results.candidate_no,
        candidates.submitted_on
    from {{ ref('sel_stage_results') }} as results
    inner join {{ ref('dim_candidates') }} as candidates on results.candidate_no = candidates.candidate_no
    where results.stage_code = 'vetting' and results.is_admitted
),

closes as (
    select
        season_code,
        max(ends_at) as closes_at
    from {{ ref('int_calendar__moments') }}
    where stage_code = 'vetting' and event_code = 'vetting'
    group by season_code
),

-- the list may come out later than planned, and decide by what was decided until then
moments as (
    select
        closes.season_code,
        closes.closes_at,
        stages.published_at
    from closes
    inner join {{ ref('dim_stages') }} as stages on closes.season_code = stages.season_code
    where stages.stage_code = 'vetting'
),

cleared as (
    select distinct
        requests.candidate_no,
        requests.body_code,
        letters._received_at
    from {{ ref('stg_agency__vetting_requests') }} as requests
    inner join {{ ref('stg_vetting__reply_versions') }} as letters
        on requests.list_no = letters.list_no and requests.candidate_no = letters.candidate_no
    where letters.result_code = 'clear'
),

decided as (
    select
        candidate_no,
        decided_at
    from {{ ref('stg_agency__working_group_decisions') }}
    where action_code in ('keep', 'admit_conditionally')
)

select
    admitted.candidate_no,
    bodies.body_code
from admitted
inner join moments on admitted.season_code = moments.season_code
inner join {{ ref('vetting_bodies') }} as bodies
    on
        admitted.season_code = bodies.season_code
        and admitted.submitted_on >= bodies.valid_from
        and admitted.submitted_on <= coalesce(bodies.valid_to, admitted.submitted_on)
where
    not exists (
        select cleared.candidate_no
        from cleared
        where
            cleared.candidate_no = admitted.candidate_no
            and cleared.body_code = bodies.body_code
            and cleared._received_at < moments.closes_at
    )
    and not exists (
        select decided.candidate_no
        from decided
        where decided.candidate_no = admitted.candidate_no and decided.decided_at <= moments.published_at
    )
