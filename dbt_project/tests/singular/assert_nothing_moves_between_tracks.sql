{{ config(meta={'dagster': {'ref': {'name': 'sel_stage_results'}}}) }}
-- Order §3.3, A39: a candidate stands at some stage in another track than the one that counts. A list
-- published before that of vetting has the track of its day: until then a decision may correct it.
with publications as (
    select * from {{ ref('int_publications__by_stage') }}
),

vetting as (
    select * from {{ ref('int_stages__clocked') }}
    where stage_code = 'vetting'
)

select
    results.candidate_no,
    results.stage_code,
    results.track_code as track_of_stage,
    candidates.track_code as track_chosen
from {{ ref('sel_stage_results') }} as results
left join {{ ref('dim_candidates') }} as candidates on results.candidate_no = candidates.candidate_no
left join publications
    on results.season_code = publications.season_code and results.stage_code = publications.stage_code
left join vetting on results.season_code = vetting.season_code
where
    (candidates.track_code is null or results.track_code != candidates.track_code)
    and not coalesce(publications.published_at < vetting.published_at, false)
