{{ config(meta={'dagster': {'ref': {'name': 'fct_proctoring_signals'}}}) }}
-- A28: a signal counts as judged by two reviewers, and not two different people made the reviews that count.
with reviews as (
    select
        signal_id,
        count(distinct reviewer_code) as count_reviewers
    from {{ ref('fct_proctoring_reviews') }}
    where is_counted
    group by signal_id
)

select
    signals.signal_id,
    signals.signal_state_code
from {{ ref('fct_proctoring_signals') }} as signals
left join reviews on signals.signal_id = reviews.signal_id
where
    (signals.second_verdict_code is not null or signals.signal_state_code in ('confirmed', 'unsettled'))
    and coalesce(reviews.count_reviewers, 0) <= 1
