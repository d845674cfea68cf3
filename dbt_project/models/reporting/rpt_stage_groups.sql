-- A45: who entered, took part and went on, by what reports may group by. Groups of fewer people than the
-- policy allows stand together as `other`; where they are too few together, the next smallest joins them, or
-- the total would give them away.
with results as (
    select * from {{ ref('sel_stage_results') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

terms as (
    select
        season_code,
        max(value) filter (where parameter_code = 'report_min_group')::integer as min_group
    from {{ ref('policy') }}
    group by season_code
),

people as (
    unpivot (
        select
            results.season_code,
            results.stage_code,
            results.stage_order,
            results.is_admitted,
            results.status_code in ('admitted', 'supernumerary', 'not_admitted') as is_participant,
            candidates.region_code as region,
            candidates.sex_code as sex,
            candidates.age_band_code as age_band,
            candidates.employer_type_code as employer_type,
            candidates.test_language_code as language
        from results
        inner join candidates on results.candidate_no = candidates.candidate_no
    )
    on region, sex, age_band, employer_type, language
    into name group_kind_code value group_code
),

grouped as (
    select
        season_code,
        stage_code,
        stage_order,
        group_kind_code,
        group_code,
        count(*) as count_entered,
        count(*) filter (where is_participant) as count_participated,
        count(*) filter (where is_admitted) as count_admitted
    from people
    group by season_code, stage_code, stage_order, group_kind_code, group_code
),

ordered as (
    select
        grouped.*,
        terms.min_group,
        coalesce(sum(grouped.count_entered) over smaller, 0) as count_smaller
    from grouped
    inner join terms on grouped.season_code = terms.season_code
    window smaller as (
        partition by grouped.season_code, grouped.stage_code, grouped.group_kind_code
        order by grouped.count_entered, grouped.group_code
        rows between unbounded preceding and 1 preceding
    )
)

select
    season_code,
    stage_code,
    stage_order,
    group_kind_code,
    case
        when count_entered < min_group or count_smaller between 1 and min_group - 1 then 'other'
        else group_code
    end as group_code,
    count(*)::integer as count_groups,
    sum(count_entered)::integer as count_entered,
    sum(count_participated)::integer as count_participated,
    sum(count_admitted)::integer as count_admitted
from ordered
group by all
