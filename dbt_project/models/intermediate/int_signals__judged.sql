-- A28: what the two reviewers make of a signal; a finding is no verdict, and one reviewer's is not two.
with signals as (
    select
        signal_id,
        sitting_id,
        run_id
    from {{ ref('stg_proctoring__signals') }}
    union all
    -- controls are judged as signals are
    select
        control_id as signal_id,
        sitting_id,
        run_id
    from {{ ref('int_controls__drawn') }}
),

coverage as (
    select * from {{ ref('stg_proctoring__coverage') }}
),

-- a review counts with its signal only
reviews as (
    select reviews.*
    from {{ ref('stg_proctoring__reviews') }} as reviews
    inner join signals on reviews.signal_id = signals.signal_id and reviews.sitting_id = signals.sitting_id
),

reviewed as (
    select distinct signal_id from reviews
),

first_reviews as (
    select * from reviews
    where review_round = 1
    qualify row_number() over (partition by signal_id order by reviewed_at desc, review_id desc) = 1
),

second_reviews as (
    select reviews.*
    from reviews
    inner join first_reviews on reviews.signal_id = first_reviews.signal_id
    where reviews.review_round > 1 and reviews.reviewer_code != first_reviews.reviewer_code
    qualify
        row_number() over (
            partition by reviews.signal_id order by reviews.reviewed_at desc, reviews.review_id desc
        ) = 1
),

judged as (
    select
        signals.signal_id,
        signals.sitting_id,
        coverage.run_id is null or coverage.run_id = signals.run_id or reviewed.signal_id is not null
            as is_in_force,
        first_reviews.review_id as first_review_id,
        first_reviews.reviewer_code as first_reviewer_code,
        first_reviews.verdict_code as first_verdict_code,
        second_reviews.review_id as second_review_id,
        second_reviews.reviewer_code as second_reviewer_code,
        second_reviews.verdict_code as second_verdict_code,
        greatest(first_reviews.reviewed_at, second_reviews.reviewed_at) as judged_at
    from signals
    left join coverage on signals.sitting_id = coverage.sitting_id
    left join reviewed on signals.signal_id = reviewed.signal_id
    left join first_reviews on signals.signal_id = first_reviews.signal_id
    left join second_reviews on signals.signal_id = second_reviews.signal_id
)

select
    signal_id,
    sitting_id,
    is_in_force,
    case
        when not is_in_force then 'superseded'
        when first_review_id is null then 'open'
        when second_review_id is null and first_verdict_code = 'dismissed' then 'dismissed'
        when second_review_id is null then 'second_review'
        when first_verdict_code = 'confirmed' and second_verdict_code = 'confirmed' then 'confirmed'
        when first_verdict_code = 'dismissed' and second_verdict_code = 'dismissed' then 'dismissed'
        else 'unsettled'
    end as signal_state_code,
    first_review_id,
    first_reviewer_code,
    first_verdict_code,
    second_review_id,
    second_reviewer_code,
    second_verdict_code,
    judged_at
from judged
