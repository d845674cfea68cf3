-- A33, Order §4.5: what the working group has to know of an adverse reply: whether its ground stood in the
-- law on the day of the letter, and has run out by the day on which the list is decided. Codes and days only;
-- what a ground says is not here.
with replies as (
    select * from {{ ref('fct_vetting_replies') }}
    where result_code = 'adverse'
),

letters as (
    select * from {{ ref('stg_vetting__replies') }}
),

clock as (
    select * from {{ ref('int_vetting__clocked') }}
),

grounds as (
    select * from {{ ref('grounds') }}
),

grounded as (
    select
        replies.season_code,
        replies.reply_no,
        replies.candidate_no,
        replies.list_no,
        replies.sender_body_code,
        replies.replied_on,
        letters.ground_code,
        letters.fact_on,
        grounds.ground_code is not null as is_known,
        grounds.limitation_years,
        (letters.fact_on + to_years(grounds.limitation_years))::date as expires_on,
        {{ local_date('clock.deciding_at') }} as deciding_on,
        grounds.is_verified
    from replies
    inner join letters
        on
            replies.reply_no = letters.reply_no
            and replies.list_no = letters.list_no
            and replies.candidate_no = letters.candidate_no
    left join clock on replies.season_code = clock.season_code
    left join grounds
        on
            letters.ground_code = grounds.ground_code
            and replies.replied_on >= grounds.valid_from
            and replies.replied_on <= coalesce(grounds.valid_to, replies.replied_on)
)

select
    season_code,
    reply_no,
    candidate_no,
    list_no,
    sender_body_code,
    replied_on,
    ground_code,
    fact_on,
    case
        when ground_code is null then 'no_ground'
        when not is_known then 'unknown_ground'
        when limitation_years is null then 'in_force'
        when fact_on is null then 'no_fact_date'
        when expires_on <= deciding_on then 'expired'
        else 'in_force'
    end as ground_state_code,
    expires_on,
    is_verified
from grounded
