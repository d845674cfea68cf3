with sittings as (
    select * from {{ ref('fct_sittings') }}
),

signals as (
    select * from {{ ref('stg_proctoring__signals') }}
)

select
    sittings.season_code,
    signals.signal_id,
    signals.sitting_id,
    sittings.candidate_no,
    sittings.stage_code,
    signals.signal_type_code,
    signals.started_seconds,
    signals.duration_seconds,
    signals.confidence,
    signals.model_code,
    signals.config_hash,
    signals._batch_id,
    signals._received_at
from signals
inner join sittings on signals.sitting_id = sittings.sitting_id
