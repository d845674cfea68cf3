-- Order §8.2: who sits at which session: permanent members and the observer at every one, others by track.
with turns as (
    select * from {{ ref('fct_commission_turns') }}
),

members as (
    select * from {{ ref('dim_commission_members') }}
    where is_available
),

sessions as (
    select distinct
        season_code,
        stage_code,
        slot_on,
        track_code,
        room_code
    from turns
),

recusals as (
    select
        season_code,
        stage_code,
        slot_on,
        track_code,
        room_code,
        candidate_no,
        unnest(string_split(recused_member_codes, '|')) as member_code
    from turns
)

select
    sessions.season_code,
    sessions.stage_code,
    sessions.slot_on,
    sessions.track_code,
    sessions.room_code,
    members.member_code,
    members.role_code,
    count(recusals.candidate_no)::integer as count_recused
from sessions
inner join members
    on
        sessions.season_code = members.season_code
        and coalesce(list_contains(string_split(members.track_codes, '|'), sessions.track_code), true)
left join recusals
    on
        sessions.season_code = recusals.season_code
        and sessions.stage_code = recusals.stage_code
        and sessions.slot_on = recusals.slot_on
        and sessions.track_code = recusals.track_code
        and sessions.room_code = recusals.room_code
        and members.member_code = recusals.member_code
group by all
