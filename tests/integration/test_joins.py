"""No model compares everybody with everybody: a plan that does grows with the square of the season."""

from __future__ import annotations

import duckdb

from tests.support.season import CompiledProject

#: Joins by a range or by a list, one side of which has a handful of rows whatever the season's size.
SMALL_ON_ONE_SIDE = {
    '"intermediate"."int_registrations__faulted"': "the findings that a file can have",
    '"restricted"."res_adverse_replies"': "the grounds, by the days on which they are in force",
    '"intermediate"."int_places__in_force"': "the revisions of a season's places",
}


def test_no_model_compares_everybody_with_everybody(compiled_project: CompiledProject) -> None:
    found = {}
    with duckdb.connect(str(compiled_project.template), read_only=True) as connection:
        for step in compiled_project.steps:
            ((_, plan),) = connection.execute(f"explain {step.sql}").fetchall()
            if "BLOCKWISE_NL_JOIN" in plan:
                found[step.relation] = plan
    assert set(found) == set(SMALL_ON_ONE_SIDE), "join by keys alone; what concerns one side goes before"


def test_the_plan_of_such_a_join_is_known() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table people as select range as no, range % 7 as kind from range(100)")
        ((_, plan),) = connection.execute(
            "explain select * from people as a left join people as b on a.no = b.no or a.kind = b.kind"
        ).fetchall()
        assert "BLOCKWISE_NL_JOIN" in plan
        ((_, plan),) = connection.execute(
            "explain select * from people as a left join people as b on a.no = b.no"
        ).fetchall()
        assert "BLOCKWISE_NL_JOIN" not in plan
