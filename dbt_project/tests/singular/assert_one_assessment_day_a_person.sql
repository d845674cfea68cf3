{{ config(meta={'dagster': {'ref': {'name': 'fct_places'}}}) }}
-- Order §7.2: a candidate has another place on the local day of an assessment, or two places at one time.
with places as (
    select * from {{ ref('fct_places') }}
),

rules as (
    select * from {{ ref('stage_slots') }}
),

days as (
    select
        places.*,
        rules.is_whole_day
    from places
    inner join rules on places.season_code = rules.season_code and places.stage_code = rules.stage_code
)

select
    one.season_code,
    one.candidate_no,
    one.slot_no,
    other.slot_no as other_slot_no
from days as one
inner join days as other
    on
        one.season_code = other.season_code
        and one.candidate_no = other.candidate_no
        and one.arrival_no < other.arrival_no
where
    (one.slot_on = other.slot_on and (one.is_whole_day or other.is_whole_day))
    or (one.starts_at < other.ends_at and one.ends_at > other.starts_at)
