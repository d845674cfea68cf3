-- Order §1: events of the campaign against applications, region by region, with how many people live there.
-- The applications of a region with fewer than the policy allows are not shown, nor those of the next
-- smallest where the sum of all would give them away (A45).
with regions as (
    select * from {{ ref('regions') }}
),

residents as (
    select * from {{ ref('region_residents') }}
),

terms as (
    select
        season_code,
        max(value) filter (where parameter_code = 'report_min_group')::integer as min_group
    from {{ ref('policy') }}
    group by season_code
),

outreach as (
    select
        season_code,
        region_code,
        count(*) as count_events,
        sum(count_reached) as count_reached
    from {{ ref('fct_outreach_events') }}
    group by season_code, region_code
),

registrations as (
    select
        season_code,
        region_code,
        count(*) as count_registrations,
        coalesce(
            sum(count(*)) over (
                partition by season_code
                order by count(*), region_code
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as count_smaller
    from {{ ref('dim_candidates') }}
    where submitted_on is not null and is_counted
    group by season_code, region_code
)

select
    terms.season_code,
    regions.region_code,
    coalesce(outreach.count_events, 0)::integer as count_events,
    coalesce(outreach.count_reached, 0)::integer as count_reached,
    case
        when registrations.count_registrations is null then 0
        when
            registrations.count_registrations >= terms.min_group
            and registrations.count_smaller not between 1 and terms.min_group - 1
            then registrations.count_registrations
    end::integer as count_registrations,
    residents.count_residents
from regions
cross join terms
left join residents on regions.region_code = residents.region_code
left join outreach
    on terms.season_code = outreach.season_code and regions.region_code = outreach.region_code
left join registrations
    on terms.season_code = registrations.season_code and regions.region_code = registrations.region_code
where terms.min_group is not null
