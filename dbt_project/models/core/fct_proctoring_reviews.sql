with sittings as (
    select * from {{ ref('fct_sittings') }}
),

reviews as (
    select * from {{ ref('stg_proctoring__reviews') }}
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
    reviews.reviewed_at,
    reviews._batch_id,
    reviews._received_at
from reviews
inner join sittings on reviews.sitting_id = sittings.sitting_id
