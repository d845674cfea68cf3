{#- What is due in a season, as one row per thing: a union of the models that know of it. Each line: the kind of
    thing (seed season_tasks), its stage, of what or whom, until when (UTC) or the event of the stage that says
    so, how many it stands for, where it comes from and the condition under which it is still to be done. -#}
{% macro things_due() -%}
{%- set nothing = "null" %}
{%- set things = [
    ("'correct_calendar'", "stage_code", "finding_code", utc_at('first_at_local'), nothing, "1",
        ref('fct_calendar_findings'),
        "finding_code in (select finding_code from " ~ ref('calendar_rules') ~ " where severity_code = 'error')"),
    ("'feed_missing'", "stage_code", "feed", "due_at", nothing, "1", ref('fct_feeds'),
        "feed_state_code in ('overdue', 'expected')"),
    ("work_code", "case when work_code = 'candidate_must_upload' then 'registration' else 'vetting' end",
        nothing, "closes_at", nothing, "1", ref('fct_document_work'), "true"),
    ("'send_list'", "'vetting'", "addressee_body_code", nothing, "'list_day'", "1",
        ref('fct_vetting_to_send'), "true"),
    ("'answer_list'", "'vetting'", "addressee_body_code", utc_at('(due_on + 1)::timestamp'), nothing, "1",
        ref('fct_vetting_requests'), "state_code = 'sent'"),
    ("'decide_hold'", "stage_code", nothing, nothing, "'published'", "1", ref('sel_stage_results'),
        "reason_code = 'VETTING_HOLD'"),
    ("'settle_alert'", "'vetting'", "alert_code", nothing, nothing, "1", ref('fct_vetting_alerts'), "is_open"),
    ("'place_' || owed_code", "stage_code", nothing, nothing,
        "case when is_resit then 'proctoring' else 'sitting' end", "1", ref('fct_places_owed'), "true"),
    ("'decide_claim'", "stage_code", nothing, nothing, "'proctoring'", "1", ref('fct_resit_claims'),
        "decision_code is null"),
    ("'go_through_recording'", "stage_code", nothing, "due_at", nothing, "1",
        ref('fct_proctoring_coverage'), "recording_state_code = 'awaited'"),
    ("'review_signal'", "stage_code", nothing, "due_at", nothing, "1", ref('fct_proctoring_signals'),
        "signal_state_code in ('open', 'second_review')"),
    ("'decide_signal'", "stage_code", nothing, nothing, "'published'", "1",
        ref('fct_proctoring_signals'), "is_awaiting_decision"),
    ("'decide_recording'", "stage_code", nothing, nothing, "'published'", "1",
        ref('fct_proctoring_coverage'), "is_awaiting_decision"),
    ("'give_marks'", "stage_code", nothing, nothing, "'published'", "1", ref('sel_stage_results'),
        "reason_code in ('MARK_MISSING', 'NO_QUORUM')"),
    ("'publish_list'", "stage_code", nothing, "planned_at", nothing, "1", ref('sel_publications'),
        "not is_published_by_act"),
    ("'settle_drift'", "stage_code", nothing, "restatable_until", nothing, "count_drift",
        ref('sel_publications'), "count_drift > 0 and not is_drift_kept"),
] %}
{% for task, stage, subject, due, event, count, relation, condition in things %}
    select
        season_code,
        {{ task }} as task_code,
        {{ stage }} as stage_code,
        {{ subject }}::varchar as subject_code,
        {{ due }}::timestamp as own_due_at,
        {{ event }}::varchar as event_code,
        {{ count }}::integer as count_due
    from {{ relation }}
    where {{ condition }}
    {{ "union all by name" if not loop.last }}
{% endfor %}
{%- endmacro %}
