-- Order §8, §9: each commission reads the list of the stage before its own. The scored stage before that one
-- orders equals for the eye and decides nothing (A6).
with stages as (
    select * from {{ ref('dim_stages') }}
),

commissions as (
    select distinct stage_code from {{ ref('card_fields') }}
)

select
    own.season_code,
    own.stage_code,
    listed.stage_code as list_stage_code,
    max_by(earlier.stage_code, earlier.stage_order) as before_stage_code
from stages as own
inner join commissions on own.stage_code = commissions.stage_code
inner join stages as listed
    on own.season_code = listed.season_code and own.stage_order = listed.stage_order + 1
left join stages as earlier
    on
        listed.season_code = earlier.season_code
        and listed.stage_order > earlier.stage_order
        and earlier.scoring_code <> 'none'
group by own.season_code, own.stage_code, listed.stage_code
