{{ config(meta={'dagster': {'ref': {'name': 'rpt_vetting_board'}}}) }}
-- Order §4.3: a list of the board holds another number of people than were sent, or than are answered, open
-- and replaced together, or than are clear, adverse and unclear together; or a list is missing, or is one
-- too many.
with sent as (
    select
        list_no,
        body_code,
        count(*) as count_sent
    from {{ ref('stg_agency__vetting_requests') }}
    group by list_no, body_code
),

board as (
    select * from {{ ref('rpt_vetting_board') }}
)

select
    coalesce(board.list_no, sent.list_no) as list_no,
    coalesce(board.body_code, sent.body_code) as body_code
from board
full outer join sent on board.list_no = sent.list_no and board.body_code = sent.body_code
where
    board.count_sent is distinct from sent.count_sent
    or board.count_sent != board.count_answered + board.count_open + board.count_replaced
    or board.count_answered != board.count_clear + board.count_adverse + board.count_unclear
    or board.count_overdue > board.count_open
    or board.count_late > board.count_answered
