{{ config(meta={'dagster': {'ref': {'name': 'fct_proctoring_reviews'}}}) }}
-- A28: a review counts and its signal is not there, is of another sitting, or is held to be superseded; or
-- two reviews of one round count for one signal.
with signals as (
    select
        signal_id,
        sitting_id,
        is_in_force
    from {{ ref('fct_proctoring_signals') }}
    union all
    select
        control_id as signal_id,
        sitting_id,
        true as is_in_force
    from {{ ref('fct_proctoring_controls') }}
),

counted as (
    select
        *,
        count(*) over (partition by signal_id, review_round) as count_of_round
    from {{ ref('fct_proctoring_reviews') }}
    where is_counted
)

select
    counted.review_id,
    counted.signal_id
from counted
left join signals
    on counted.signal_id = signals.signal_id and counted.sitting_id = signals.sitting_id
where
    signals.signal_id is null
    or not signals.is_in_force
    or counted.count_of_round > 1
