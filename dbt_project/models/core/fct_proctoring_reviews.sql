with sittings as (
    select * from {{ ref('fct_sittings') }}
),

reviews as (
    select * from {{ ref('stg_proctoring__reviews') }}
),

judged as (
    select * from {{ ref('int_signals__judged') }}
)

select
    sittings.season_code,
    reviews.review_id,
    reviews.signal_id,
    reviews.sitting_id,
    sittings.candidate_no,
    sittings.stage_code,
    reviews.review_round,
    reviews.reviewer_code,
    reviews.verdict_code,
    reviews.review_reason_code,
    reviews.reviewed_at,
    reviews.signal_id = {{ control_id('reviews.sitting_id') }} as is_control,
    coalesce(reviews.review_id in (judged.first_review_id, judged.second_review_id), false) as is_counted,
    reviews._batch_id,
    reviews._received_at
from reviews
inner join sittings on reviews.sitting_id = sittings.sitting_id
left join judged on reviews.signal_id = judged.signal_id
