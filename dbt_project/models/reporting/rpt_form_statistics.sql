-- A25, advisory: how far the scores of a form can be trusted. KR-20 (Kuder and Richardson 1937, formula 20)
-- is Cronbach's alpha of items that are right or not; the standard error of measurement follows from it. With
-- n people, k items, A the spread of items and B that of scores, both times n squared: KR-20 is
-- k (B - A) / ((k - 1) B), and the squared error, times n squared, (k A - B) / (k - 1).
with answers as (
    select * from {{ ref('fct_item_answers') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
),

cutoffs as (
    select * from {{ ref('sel_cutoffs') }}
),

policy as (
    select * from {{ ref('policy') }}
),

{{ measured_answers() }},

items as (
    select
        season_code,
        stage_code,
        form_code,
        language_code,
        count(*) as count_takers,
        count(*) filter (where is_right) as count_right,
        coalesce(sum(rest_points + 1) filter (where is_right), 0) as sum_points
    from measured
    group by season_code, stage_code, form_code, language_code, item_no
),

forms as (
    select
        season_code,
        stage_code,
        form_code,
        language_code,
        max(count_takers)::integer as count_takers,
        count(*)::integer as count_items,
        sum(count_right) as sum_right,
        sum(count_right * (count_takers - count_right)) as items_spread,
        max(count_takers) * sum(sum_points) - sum(count_right) * sum(count_right) as scores_spread
    from items
    group by season_code, stage_code, form_code, language_code
),

judged as (
    select
        forms.*,
        (forms.count_items * forms.items_spread - forms.scores_spread)
        / nullif(forms.count_items - 1, 0) as error_spread,
        forms.count_takers >= terms.min_group as is_shown,
        case
            when forms.count_takers < terms.min_group then 'TOO_FEW'
            when forms.count_items = 1 then 'ONE_ITEM'
            when forms.scores_spread = 0 then 'NO_VARIANCE'
        end as not_computable_code
    from forms
    inner join terms on forms.season_code = terms.season_code
),

-- whose score is not further from the cut-off of their track than one standard error
near as (
    select
        takers.stage_code,
        takers.form_code,
        takers.language_code,
        count(*)::integer as count_near_cutoff
    from takers
    inner join results
        on takers.candidate_no = results.candidate_no and takers.stage_code = results.stage_code
    inner join cutoffs on results.track_code = cutoffs.track_code and results.stage_code = cutoffs.stage_code
    inner join judged
        on
            takers.stage_code = judged.stage_code
            and takers.form_code = judged.form_code
            and takers.language_code = judged.language_code
    where
        judged.count_takers * abs(
            results.score_numerator * cutoffs.cutoff_denominator
            - cutoffs.cutoff_numerator * results.score_denominator
        ) <= sqrt(judged.error_spread) * results.score_denominator * cutoffs.cutoff_denominator
    group by takers.stage_code, takers.form_code, takers.language_code
)

select
    judged.season_code,
    judged.stage_code,
    judged.form_code,
    judged.language_code,
    judged.count_takers,
    judged.count_items,
    case when judged.is_shown then {{ quotient('judged.sum_right', 'judged.count_takers') }} end
        as mean_points,
    case
        when judged.is_shown
            then {{ quotient('sqrt(judged.scores_spread)', 'judged.count_takers') }}
    end as deviation_points,
    case
        when judged.not_computable_code is null
            then
                {{ quotient(
                    'judged.count_items * (judged.scores_spread - judged.items_spread)',
                    '(judged.count_items - 1) * judged.scores_spread'
                ) }}
    end as reliability_kr20,
    case
        when judged.not_computable_code is null
            then {{ quotient('sqrt(judged.error_spread)', 'judged.count_takers') }}
    end as error_points,
    case when judged.not_computable_code is null then coalesce(near.count_near_cutoff, 0) end
        as count_near_cutoff,
    judged.not_computable_code
from judged
left join near
    on
        judged.stage_code = near.stage_code
        and judged.form_code = near.form_code
        and judged.language_code = near.language_code
