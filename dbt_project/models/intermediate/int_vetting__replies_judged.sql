-- Order §4.4, A33: of the valid replies to one request the latest counts, of several of one day the
-- worst. Taken twice: of the latest versions, and of those that were known when vetting closed.
with replies as (
    select * from {{ ref('int_vetting__replies_read') }}
),

placed as (
    select
        *,
        fault_code is null as is_valid,
        row_number() over now_counting as place,
        first_value(result_code) over now_counting as counted_result_code,
        row_number() over at_close_counting as place_at_close,
        count(*) over (partition by reply_no, list_no, candidate_no) as count_versions,
        max(said_version_no) over (partition by reply_no, list_no, candidate_no) as last_said_version_no
    from replies
    window
        now_counting as (
            partition by list_no, candidate_no, fault_code is null, is_latest_version
            order by
                replied_on desc, result_code = 'clear', result_code = 'unclear', reply_no desc
        ),
        at_close_counting as (
            partition by list_no, candidate_no, fault_code is null, is_at_close
            order by
                replied_on desc, result_code = 'clear', result_code = 'unclear', reply_no desc
        )
)

select
    season_code,
    reply_no,
    candidate_no,
    _version_no,
    said_version_no,
    list_no,
    asked_body_code,
    sender_body_code,
    replied_on,
    result_code,
    is_valid,
    is_latest_version,
    case
        when not is_latest_version then null
        when not is_valid then fault_code
        when place = 1 then 'counted'
        when result_code = counted_result_code then 'repeated'
        else 'overruled'
    end as handling_code,
    is_valid and is_latest_version and place = 1 as is_counted,
    is_valid and is_at_close and place_at_close = 1 as is_counted_at_close,
    is_valid and replied_on > due_on as is_late,
    last_said_version_no > 1 as is_corrected,
    count_versions,
    _batch_id,
    _received_at,
    heard_at
from placed
