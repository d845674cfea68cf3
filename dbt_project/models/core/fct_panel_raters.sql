-- Only seats of the situational task are acts of this system; of other panels whoever began to mark is known.
with works as (
    select * from {{ ref('int_works__counted') }}
),

seats as (
    select * from {{ ref('int_panel_seats__in_force') }}
),

raters as (
    select * from {{ ref('int_raters__summed') }}
),

criteria as (
    select * from {{ ref('stage_criteria') }}
),

criteria_counts as (
    select
        season_code::varchar as season_code,
        stage_code,
        count(*)::integer as count_criteria
    from criteria
    group by all
),

seated as (
    select
        works.season_code,
        works.stage_code,
        works.candidate_no,
        seats.expert_code as rater_code,
        seats.given_at
    from works
    inner join seats
        on
            works.season_code = seats.season_code
            and works.stage_code = seats.stage_code
            and works.work_no = seats.work_no
),

seated_panels as (
    select
        season_code,
        stage_code,
        candidate_no,
        min(given_at) as first_given_at
    from seated
    group by season_code, stage_code, candidate_no
),

everybody as (
    select
        season_code,
        stage_code,
        candidate_no,
        rater_code
    from seated
    union distinct
    select
        season_code,
        stage_code,
        candidate_no,
        rater_code
    from raters
)

select
    everybody.season_code,
    everybody.stage_code,
    everybody.candidate_no,
    everybody.rater_code,
    seated.rater_code is not null as has_seat,
    -- who had marked before works were assigned at all took nobody's seat
    coalesce(
        seated.rater_code is null and raters.known_at > seated_panels.first_given_at, false
    ) as is_outsider,
    seated.given_at,
    coalesce(raters.count_points, 0) as count_points,
    criteria_counts.count_criteria,
    raters.points_sum::integer as points_sum,
    coalesce(raters.is_whole, false) as is_whole,
    coalesce(raters.is_counted, false) as is_counted
from everybody
inner join criteria_counts
    on
        everybody.season_code = criteria_counts.season_code
        and everybody.stage_code = criteria_counts.stage_code
left join seated
    on
        everybody.season_code = seated.season_code
        and everybody.stage_code = seated.stage_code
        and everybody.candidate_no = seated.candidate_no
        and everybody.rater_code = seated.rater_code
left join raters
    on
        everybody.season_code = raters.season_code
        and everybody.stage_code = raters.stage_code
        and everybody.candidate_no = raters.candidate_no
        and everybody.rater_code = raters.rater_code
left join seated_panels
    on
        everybody.season_code = seated_panels.season_code
        and everybody.stage_code = seated_panels.stage_code
        and everybody.candidate_no = seated_panels.candidate_no
