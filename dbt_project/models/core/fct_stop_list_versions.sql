with entries as (
    select
        *,
        {{ local_date('_received_at') }} as received_on
    from {{ ref('stg_registers__stop_list_versions') }}
)

select
    stop_list_code,
    _batch_id,
    any_value(_received_at) as received_at,
    count(*)::integer as count_entries,
    (
        count(*) filter (where valid_from <= received_on and coalesce(valid_to, received_on) >= received_on)
    )::integer as count_in_force
from entries
group by stop_list_code, _batch_id
