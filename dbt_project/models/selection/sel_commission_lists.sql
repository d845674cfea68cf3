-- Order §8, §9: whom a commission has before it. Whoever is out by now has no card, and the place stays
-- empty (A11).
with commissions as (
    select * from {{ ref('dim_commissions') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
),

published as (
    select * from {{ ref('sel_cutoffs') }}
    where is_published
)

select
    commissions.season_code,
    commissions.stage_code,
    commissions.list_stage_code,
    own.track_code,
    own.candidate_no,
    case
        when own.is_admitted and now.status_code in ('annulled', 'excluded', 'withdrawn') then 'out'
        when own.score_denominator is null then 'unranked'
        when own.is_admitted then 'on_list'
        else 'below'
    end as list_part_code,
    own.rank,
    published.count_pool,
    own.score_numerator,
    own.score_denominator,
    before.score_numerator as before_numerator,
    before.score_denominator as before_denominator,
    own.is_at_cutoff,
    own.status_code = 'supernumerary' as is_late
from commissions
inner join results as own
    on commissions.season_code = own.season_code and commissions.list_stage_code = own.stage_code
inner join published
    on
        own.season_code = published.season_code
        and own.stage_code = published.stage_code
        and own.track_code = published.track_code
left join results as now
    on
        own.season_code = now.season_code
        and own.candidate_no = now.candidate_no
        and commissions.stage_code = now.stage_code
left join results as before
    on
        own.season_code = before.season_code
        and own.candidate_no = before.candidate_no
        and commissions.before_stage_code = before.stage_code
