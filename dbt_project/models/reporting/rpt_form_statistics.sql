-- A25, advisory: how far the scores of a form can be trusted. KR-20 (Kuder and Richardson 1937, formula 20)
-- is Cronbach's alpha of items that are right or not; the standard error of measurement follows from it. With
-- n people, k items, A the spread of items and B that of scores, both times n squared: KR-20 is
-- k (B - A) / ((k - 1) B), and the squared error, times n squared, (k A - B) / (k - 1).
with {{ measured_answers() }},

cutoffs as (
    select * from {{ ref('sel_cutoffs') }}
),

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
        case
            when forms.count_takers < terms.min_group then 'TOO_FEW'
            when forms.count_items = 1 then 'ONE_ITEM'
            when forms.scores_spread = 0 then 'NO_VARIANCE'
        end as not_computable_code
    from forms
    inner join terms on forms.season_code = terms.season_code
),

erring as (
    select
        *,
        case
            when not_computable_code is null
                then sqrt((count_items * items_spread - scores_spread) / (count_items - 1))
        end as error_times_takers
    from judged
),

-- whose score is not further from the cut-off of their track than one standard error
near as (
    select
        takers.season_code,
        takers.stage_code,
        takers.form_code,
        takers.language_code,
        count(*)::integer as count_near_cutoff
    from takers
    inner join cutoffs
        on
            takers.season_code = cutoffs.season_code
            and takers.track_code = cutoffs.track_code
            and takers.stage_code = cutoffs.stage_code
    inner join erring
        on
            takers.season_code = erring.season_code
            and takers.stage_code = erring.stage_code
            and takers.form_code = erring.form_code
            and takers.language_code = erring.language_code
    where
        erring.count_takers * abs(
            takers.score_numerator * cutoffs.cutoff_denominator
            - cutoffs.cutoff_numerator * takers.score_denominator
        ) <= erring.error_times_takers * takers.score_denominator * cutoffs.cutoff_denominator
    group by takers.season_code, takers.stage_code, takers.form_code, takers.language_code
)

select
    erring.season_code,
    erring.stage_code,
    erring.form_code,
    erring.language_code,
    erring.count_takers,
    erring.count_items,
    {{ unless_too_few('erring', quotient('erring.sum_right', 'erring.count_takers')) }} as mean_points,
    {{ unless_too_few('erring', quotient('sqrt(erring.scores_spread)', 'erring.count_takers')) }}
        as deviation_points,
    case
        when erring.not_computable_code is null
            then
                {{ quotient(
                    'erring.count_items * (erring.scores_spread - erring.items_spread)',
                    '(erring.count_items - 1) * erring.scores_spread'
                ) }}
    end as reliability_kr20,
    {{ quotient('erring.error_times_takers', 'erring.count_takers') }} as error_points,
    case when erring.not_computable_code is null then coalesce(near.count_near_cutoff, 0) end
        as count_near_cutoff,
    erring.not_computable_code
from erring
left join near
    on
        erring.season_code = near.season_code
        and erring.stage_code = near.stage_code
        and erring.form_code = near.form_code
        and erring.language_code = near.language_code
