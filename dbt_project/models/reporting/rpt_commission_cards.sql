-- What a commission sees of whom it decides on: what the seed `card_fields` does not show is in no row.
with lists as (
    select * from {{ ref('sel_commission_lists') }}
    where list_part_code = 'on_list'
),

fields as (
    select * from {{ ref('card_fields') }}
    where is_shown
),

stages as (
    select * from {{ ref('dim_stages') }}
),

results as (
    select * from {{ ref('sel_stage_results') }}
    where score_denominator is not null
),

-- A9: of all scored stages, that of the list first, the others for information
scores as (
    select
        lists.season_code,
        lists.stage_code,
        lists.candidate_no,
        case
            when results.stage_code = lists.list_stage_code then 'list_result' else 'earlier_results'
        end as field_code,
        results.stage_code as result_stage_code,
        results.stage_order as result_order,
        results.rank,
        cutoffs.count_pool,
        results.score_numerator,
        results.score_denominator
    from lists
    inner join stages as listed
        on lists.season_code = listed.season_code and lists.list_stage_code = listed.stage_code
    inner join results
        on lists.candidate_no = results.candidate_no and listed.stage_order >= results.stage_order
    inner join {{ ref('sel_cutoffs') }} as cutoffs
        on
            results.season_code = cutoffs.season_code
            and results.stage_code = cutoffs.stage_code
            and results.track_code = cutoffs.track_code
),

details as (
    select
        lists.season_code,
        lists.stage_code,
        lists.candidate_no,
        unnest([
            'track', 'education', 'experience', 'employer_type', 'region', 'age_band', 'sex'
        ]) as field_code,
        unnest([
            lists.track_code, backgrounds.education_level_code, backgrounds.experience_years::varchar,
            candidates.employer_type_code, candidates.region_code, candidates.age_band_code,
            candidates.sex_code
        ]) as value_code
    from lists
    inner join {{ ref('dim_candidates') }} as candidates on lists.candidate_no = candidates.candidate_no
    left join {{ ref('dim_candidate_backgrounds') }} as backgrounds
        on lists.candidate_no = backgrounds.candidate_no
),

said as (
    select * from scores
    union all by name
    select * from details
)

select
    said.season_code,
    said.stage_code,
    lists.track_code,
    said.candidate_no,
    row_number() over (
        partition by said.season_code, said.stage_code, said.candidate_no
        order by fields.field_order, said.field_code, said.result_order
    )::integer as card_order,
    said.field_code,
    said.value_code,
    said.result_stage_code,
    said.rank,
    said.count_pool,
    {{ points('said.score_numerator', 'said.score_denominator') }} as score_points,
    said.score_numerator,
    said.score_denominator
from said
inner join fields on said.stage_code = fields.stage_code and said.field_code = fields.field_code
inner join lists
    on
        said.season_code = lists.season_code
        and said.stage_code = lists.stage_code
        and said.candidate_no = lists.candidate_no
