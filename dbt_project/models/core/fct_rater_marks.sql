with marks as (
    select * from {{ ref('int_panel_marks__unioned') }}
)

select
    season_code,
    stage_code,
    candidate_no,
    rater_code,
    criterion_code,
    points,
    is_recused,
    is_observer,
    marked_at
from marks
