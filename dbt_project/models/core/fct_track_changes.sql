with changes as (
    select
        season_code,
        candidate_no,
        from_track_code,
        to_track_code,
        asked_at,
        'submission' as source_code,
        submission_no,
        null::varchar as decision_no,
        effect_code,
        _batch_id
    from {{ ref('int_tracks__chosen') }}
    union all
    select
        season_code,
        candidate_no,
        from_track_code,
        to_track_code,
        asked_at,
        'decision' as source_code,
        null::integer as submission_no,
        decision_no,
        effect_code,
        _batch_id
    from {{ ref('int_tracks__decided') }}
)

select
    season_code,
    candidate_no,
    row_number() over (
        partition by season_code, candidate_no
        order by asked_at, submission_no nulls last, decision_no
    )::integer as change_no,
    from_track_code,
    to_track_code,
    asked_at,
    source_code,
    decision_no,
    effect_code,
    _batch_id
from changes
