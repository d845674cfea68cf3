with drift as (
    select * from {{ ref('sel_drift') }}
),

publications as (
    select * from {{ ref('sel_publications') }}
),

batches as (
    select * from {{ ref('fct_batches') }}
),

caused as (
    select
        season_code,
        stage_code,
        candidate_no,
        unnest(string_split(_cause_batch_ids, ', ')) as batch_id
    from drift
),

causes as (
    select
        caused.season_code,
        caused.stage_code,
        caused.candidate_no,
        string_agg(batches.source_file, ', ' order by batches.received_at, batches.source_file)
            as _cause_files,
        string_agg(distinct batches.feed, ', ' order by batches.feed) as _cause_feeds
    from caused
    inner join batches on caused.batch_id = batches.batch_id
    group by caused.season_code, caused.stage_code, caused.candidate_no
)

select
    drift.season_code,
    drift.stage_code,
    drift.stage_order,
    publications.version,
    drift.track_code,
    drift.candidate_no,
    drift.change_code,
    drift.status_before,
    drift.status_after,
    drift.reason_before,
    drift.reason_after,
    drift.is_admitted_before,
    drift.is_admitted_after,
    {{ points('drift.score_numerator_before', 'drift.score_denominator_before') }} as points_before,
    {{ points('drift.score_numerator_after', 'drift.score_denominator_after') }} as points_after,
    drift.rank_before,
    drift.rank_after,
    drift.is_late,
    publications.is_drift_kept,
    causes._cause_files,
    causes._cause_feeds
from drift
inner join publications
    on drift.season_code = publications.season_code and drift.stage_code = publications.stage_code
left join causes
    on
        drift.season_code = causes.season_code
        and drift.stage_code = causes.stage_code
        and drift.candidate_no = causes.candidate_no
