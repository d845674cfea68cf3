-- The raw batches that fed what is said of a person at a stage: every row that was looked at, by feed.
with accounts as (
    select * from {{ ref('int_accounts__counted') }}
),

stages as (
    select * from {{ ref('int_stages__clocked') }}
),

looked_at as (
    select * from {{ ref('int_lineage__filed') }}
    union all
    select * from {{ ref('int_lineage__performed') }}
),

-- decisions and withdrawals speak at every stage whose list they may have moved
persons as (
    select
        candidate_no,
        'agency__working_group_decisions' as feed,
        _batch_id
    from {{ ref('stg_agency__working_group_decisions') }}
    union all
    select
        candidate_no,
        'platform__withdrawals' as feed,
        _batch_id
    from {{ ref('stg_platform__withdrawals') }}
),

unioned as (
    select
        accounts.season_code,
        looked_at.*
    from looked_at
    inner join accounts on looked_at.candidate_no = accounts.candidate_no
    union
    select
        accounts.season_code,
        stages.stage_code,
        persons.candidate_no,
        persons.feed,
        persons._batch_id
    from persons
    inner join accounts on persons.candidate_no = accounts.candidate_no
    inner join stages on accounts.season_code = stages.season_code
    union
    select
        season_code,
        stage_code,
        candidate_no,
        'publication__lists' as feed,
        _batch_id
    from {{ ref('int_lists__in_force') }}
)

select
    season_code,
    stage_code,
    candidate_no,
    feed,
    _batch_id
from unioned
where _batch_id is not null
