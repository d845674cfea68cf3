-- Whether the dates of the calendar were kept: what the data show of each event. First sittings only,
-- because a resit is sat when technical support says (Order §5.7).
{%- set sources = [
    ("'outreach'", "'campaign'", "held_on::timestamp", ref('fct_outreach_events'), "true"),
    ("'registration'", "'intake'", local_at('submitted_at'), ref('dim_candidates'), "true"),
    ("'vetting'", "'vetting'", "replied_on::timestamp", ref('fct_vetting_replies'), "true"),
    ("stage_code", "'booking'", local_at('booked_at'), ref('fct_bookings'), "not is_auto_assigned"),
    ("stage_code", "'sitting'", local_at('started_at'), ref('fct_sittings'), "attempt_no = 1"),
    ("stage_code", "'proctoring'", local_at('reviewed_at'), ref('fct_proctoring_reviews'), "true"),
    ("'national_commission'", "'sitting'", local_at('decided_at'), ref('fct_national_decisions'), "true"),
    ("stage_code", "'published'", local_at('first_published_at'), ref('sel_publications'), "true"),
] %}

with calendar as (
    select * from {{ ref('calendar') }}
),

seen as (
    {% for stage, event, moment, relation, condition in sources %}
        select
            season_code,
            {{ stage }} as stage_code,
            {{ event }} as event_code,
            {{ moment }} as seen_local
        from {{ relation }}
        where {{ condition }}
        {{ "union all by name" if not loop.last }}
    {% endfor %}
)

select
    calendar.season_code,
    calendar.stage_code,
    calendar.event_code,
    calendar.starts_local,
    calendar.ends_local,
    calendar.is_planned,
    calendar.paragraph,
    count(seen.seen_local)::integer as count_seen,
    min(seen.seen_local) as first_seen_local,
    max(seen.seen_local) as last_seen_local,
    (count(*) filter (where seen.seen_local < calendar.starts_local))::integer as count_before,
    (count(*) filter (where seen.seen_local >= calendar.ends_local))::integer as count_after
from calendar
left join seen
    on
        calendar.season_code = seen.season_code
        and calendar.stage_code = seen.stage_code
        and calendar.event_code = seen.event_code
group by
    calendar.season_code,
    calendar.stage_code,
    calendar.event_code,
    calendar.starts_local,
    calendar.ends_local,
    calendar.is_planned,
    calendar.paragraph
