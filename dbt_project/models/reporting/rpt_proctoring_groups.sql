with coverage as (
    select * from {{ ref('fct_proctoring_coverage') }}
),

candidates as (
    select * from {{ ref('dim_candidates') }}
),

flagged as (
    select
        sitting_id,
        bool_or(signal_state_code = 'confirmed') as is_confirmed
    from {{ ref('fct_proctoring_signals') }}
    where is_in_force
    group by sitting_id
),

grouped as (
    unpivot (
        select
            coverage.season_code,
            coverage.stage_code,
            coverage.sitting_id,
            flagged.sitting_id is not null as is_flagged,
            coalesce(flagged.is_confirmed, false) as is_confirmed,
            coalesce(candidates.sex_code, '') as sex,
            coalesce(candidates.test_language_code, '') as language,
            coalesce(candidates.region_code, '') as region
        from coverage
        inner join candidates on coverage.candidate_no = candidates.candidate_no
        left join flagged on coverage.sitting_id = flagged.sitting_id
    )
    on sex, language, region
    into name group_kind_code value group_code
)

select
    season_code,
    stage_code,
    group_kind_code,
    group_code,
    count(*)::integer as count_sittings,
    (count(*) filter (where is_flagged))::integer as count_sittings_flagged,
    (count(*) filter (where is_confirmed))::integer as count_sittings_confirmed
from grouped
group by season_code, stage_code, group_kind_code, group_code
