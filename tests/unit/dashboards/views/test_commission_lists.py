"""What a commission reads on the page of shortlists, against the results of the release, and nothing more."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import warehouse
from dashboards.access import COMMISSION_MEMBER, ENGINEER, Grant
from dashboards.components import formats
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import commission_lists as view
from dashboards.warehouse import Release, Row, current_release
from dashboards.warehouse import commission_lists as commissions
from orchestration.settings import PROJECT_ROOT
from tests.support.audiences import current_file, folder_with, without
from tests.support.visits import visit_of

STAGES = {"expert_commission": "interview", "national_commission": "expert_commission"}
OUT = ("annulled", "excluded", "withdrawn")
MEMBER = Grant(COMMISSION_MEMBER, "expert_commission", "digital")
TABLES = ("rpt_commission_tracks", "rpt_commission_lists", "rpt_commission_cards")


@pytest.fixture(scope="module")
def releases(made: Path) -> Path:
    return made / "releases"


@pytest.fixture
def release(releases: Path) -> Release:
    return current_release(releases)


def asked(releases: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query on the release file, past all code of the pages."""
    with duckdb.connect(str(current_file(releases)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def results(releases: Path) -> dict[str, dict[str, tuple[str, Fraction | None, bool, str]]]:
    """Of each stage: candidate -> track, exact score, whether they go on, status."""
    found: dict[str, dict[str, tuple[str, Fraction | None, bool, str]]] = {}
    for stage, number, track, numerator, denominator, goes_on, status in asked(
        releases,
        "select stage_code, candidate_no, track_code, score_numerator, score_denominator, is_admitted,"
        " status_code from selection.sel_stage_results",
    ):
        score = Fraction(numerator, denominator) if denominator else None
        found.setdefault(stage, {})[number] = (track, score, goes_on, status)
    return found


@pytest.fixture(scope="module")
def member_releases(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file of one member: three tables, the rows of a stage and track."""
    where = f"stage_code = '{MEMBER.stage}' and track_code = '{MEMBER.track}'"
    tables = {f"reporting.{name}": where for name in TABLES}
    return folder_with(releases, tmp_path_factory.mktemp("member"), MEMBER.audience, tables)


def _page(language: str, role: str, stage: str | None, track: str | None) -> None:
    from dashboards.access import Grant
    from dashboards.views import shortlist
    from tests.support.visits import current_visit

    shortlist.render(current_visit(language, Grant(role, stage, track)))


def opened(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str = "en", grant: Grant = MEMBER, **query: str
) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    told = {"language": language, "role": grant.role, "stage": grant.stage, "track": grant.track}
    app = AppTest.from_function(_page, default_timeout=30, kwargs=told)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def read(release: Release, stage: str, track: str, language: str = "en") -> view.CommissionList:
    cut = commissions.cut(release, stage, track)
    assert cut is not None
    return view.CommissionList(
        stage, track, cut, commissions.lines(release, stage, track),
        warehouse.names(release, "stages", language), commissions.value_names(release, language),
        commissions.gives_marks(release, stage),
    )  # fmt: skip


def lists(release: Release) -> list[tuple[str, str]]:
    return warehouse.commissions(release)


# --- the list ---


def test_on_a_list_is_who_goes_on_and_is_not_out_in_exact_order(
    release: Release, results: dict[str, dict[str, tuple[str, Fraction | None, bool, str]]]
) -> None:
    """Filled by hand from the fractions; equals by the stage before, then by number (A6)."""
    before = {"expert_commission": "assessment_centre", "national_commission": "interview"}
    seen = 0
    for stage, track in lists(release):
        own = results[STAGES[stage]]
        now = results.get(stage, {})
        wanted: dict[str, list[str]] = {"on_list": [], "below": []}
        for number, (own_track, score, goes_on, _) in own.items():
            if own_track == track and score is not None:
                if goes_on and number in now and now[number][3] in OUT:
                    continue
                wanted["on_list" if goes_on else "below"].append(number)

        def key(number: str, own: Any = own, stage: str = stage) -> tuple[Fraction, bool, Fraction, str]:
            earlier = results[before[stage]].get(number, ("", None, False, ""))[1]
            return -own[number][1], earlier is None, -(earlier or Fraction(0)), number

        lines = commissions.lines(release, stage, track)
        shown = {
            part: [line["candidate_no"] for line in lines if line["list_part_code"] == part]
            for part in wanted
        }
        assert shown["on_list"] == sorted(wanted["on_list"], key=key)
        assert shown["below"] == (sorted(wanted["below"], key=key) if stage == "national_commission" else [])
        for line in lines:
            score = own[line["candidate_no"]][1]
            assert Fraction(line["score_numerator"], line["score_denominator"]) == score
            part = wanted[line["list_part_code"]]
            assert line["has_equals"] == (sum(own[other][1] == score for other in part) > 1)
            seen += 1
    assert seen > 100


def test_the_counts_of_a_cut_are_those_of_the_results(
    release: Release, results: dict[str, dict[str, tuple[str, Fraction | None, bool, str]]]
) -> None:
    for stage, track in lists(release):
        cut = commissions.cut(release, stage, track)
        assert cut is not None
        own = {n: r for n, r in results[STAGES[stage]].items() if r[0] == track}
        out = {
            n
            for n, r in own.items()
            if r[2] and results.get(stage, {}).get(n, ("", None, False, ""))[3] in OUT
        }
        assert cut["count_out"] == len(out)
        assert cut["count_on_list"] == sum(goes_on for _, _, goes_on, _ in own.values()) - len(out)
        assert cut["count_unranked"] == sum(r[1] is None for n, r in own.items() if n not in out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_member_shows_the_list_with_its_cut(
    monkeypatch: pytest.MonkeyPatch, member_releases: Path, releases: Path, language: str
) -> None:
    app = opened(monkeypatch, member_releases, language)
    texts = load_texts(language)
    assert app.title[0].value == texts("commission.title")
    page = html(app)
    people = asked(
        releases,
        "select l.candidate_no, s.score_points from reporting.rpt_commission_lists as l"
        " inner join reporting.rpt_shortlists as s on l.candidate_no = s.candidate_no"
        f" and s.stage_code = 'interview' where l.stage_code = '{MEMBER.stage}'"
        f" and l.track_code = '{MEMBER.track}'",
    )
    assert people
    for number, points in people:
        assert number in page
        assert f">{formats.points(points, language)}<" in page
    assert page.count('<tr class="cut">') == 1
    assert "<a href" not in page
    assert texts("commission.is_provisional", stage="|").split("|")[1] in str([m.value for m in app.markdown])
    assert not app.selectbox


# --- what a member's file holds, and a page of it shows ---


def test_a_member_sees_nothing_of_other_tracks_and_stages(
    monkeypatch: pytest.MonkeyPatch, member_releases: Path, releases: Path
) -> None:
    others = {
        number
        for (number,) in asked(
            releases,
            "select candidate_no from core.dim_candidates where candidate_no not in (select candidate_no from"
            f" reporting.rpt_commission_lists where stage_code = '{MEMBER.stage}'"
            f" and track_code = '{MEMBER.track}')",
        )
    }
    query = {
        "shortlist_room": "ranking",
        "commission_stage": "national_commission",
        "commission_track": "agro",
    }
    for shown in ("list", "cards"):
        app = opened(monkeypatch, member_releases, commission_view=shown, **query)
        page = html(app) + str([m.value for m in app.markdown]) + str([s.options for s in app.selectbox])
        assert not [number for number in others if number in page]
        assert not [s for s in app.selectbox if s.key != "card"]


def test_a_member_for_all_tracks_chooses_one(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    """On the file that publishing wrote for the whole commission of a stage."""
    grant = Grant(COMMISSION_MEMBER, "expert_commission")
    releases = made / "releases"
    for track in ("agro", "digital"):
        people = dict(
            asked(
                releases,
                "select candidate_no, track_code from reporting.rpt_commission_lists"
                " where stage_code = 'expert_commission' and list_part_code = 'on_list'",
            )
        )
        app = opened(monkeypatch, releases, grant=grant, commission_track=track)
        assert app.selectbox(key="commission_track").value == track
        page = html(app)
        shown = {number for number in people if number in page}
        assert shown == {number for number, own in people.items() if own == track} != set()


def test_members_of_the_national_commission_read_what_other_quotas_would_change(
    monkeypatch: pytest.MonkeyPatch, made: Path
) -> None:
    """Order §9.2: of all tracks; who reads one track, or sits in the Expert Commission, has no such part."""
    releases = made / "releases"
    [(source, target, moved)] = asked(
        releases,
        """
        select giver.track_code, taker.track_code, now.candidate_no
        from core.fct_reserve_places as giver, core.fct_reserve_places as taker
        inner join reporting.rpt_quota_standings as now
            on taker.track_code = now.track_code and now.has_places_in_force
        inner join reporting.rpt_quota_standings as other
            on now.candidate_no = other.candidate_no and other.places = now.places + 1
        where giver.track_code <> taker.track_code and giver.places > 0
            and now.quota_standing_code <> other.quota_standing_code
        order by all limit 1
        """,
    )
    asking = {"shortlist_room": "quotas", "quota_from": source, "quota_to": target}
    grant = Grant(COMMISSION_MEMBER, "national_commission")
    assert moved in html(opened(monkeypatch, releases, grant=grant, **asking))
    for other in (
        Grant(COMMISSION_MEMBER, "national_commission", "agro"),
        Grant(COMMISSION_MEMBER, "expert_commission"),
    ):
        app = opened(monkeypatch, releases, grant=other, **asking)
        keys = {one.key for kind in ("selectbox", "button_group") for one in app.get(kind)}
        assert not keys & {"quota_from", "quota_to", "shortlist_room"}


def test_a_members_file_holds_no_field_that_the_seed_hides(member_releases: Path, releases: Path) -> None:
    file = member_releases / MEMBER.audience / current_file(releases).name
    with (PROJECT_ROOT / "dbt_project" / "seeds" / "card_fields.csv").open(encoding="utf-8") as seed:
        shown = {
            row["field_code"]
            for row in csv.DictReader(seed)
            if row["stage_code"] == MEMBER.stage and row["is_shown"] == "true"
        }
    with duckdb.connect(str(file), read_only=True) as connection:
        found = {
            code
            for (code,) in connection.execute(
                "select distinct field_code from reporting.rpt_commission_cards"
            ).fetchall()
        }
        values = {
            code
            for (code,) in connection.execute(
                "select distinct value_code from reporting.rpt_commission_cards"
            ).fetchall()
        }
    assert found == shown
    for sql in (
        "select region_code from seeds.regions", "select employer_type_code from seeds.employer_types",
        "select age_band_code from seeds.age_bands", "select sex_code from seeds.sexes",
    ):  # fmt: skip
        assert not values & {code for (code,) in asked(releases, sql)}


# --- cards ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_the_results_and_details_of_the_release(releases: Path, language: str) -> None:
    release = current_release(releases)
    texts = load_texts(language)
    details = {
        number: values
        for number, *values in asked(
            releases,
            f"select c.candidate_no, l.name_{language}, b.experience_years, e.name_{language},"
            f" r.name_{language} from core.dim_candidates as c"
            " left join core.dim_candidate_backgrounds as b using (season_code, candidate_no)"
            " left join seeds.education_levels as l using (education_level_code)"
            " left join seeds.employer_types as e on c.employer_type_code = e.employer_type_code"
            " left join seeds.regions as r on c.region_code = r.region_code",
        )
    }
    scores = {
        (number, stage): (points, rank)
        for number, stage, points, rank in asked(
            releases, "select candidate_no, stage_code, score_points, rank from reporting.rpt_shortlists"
        )
    }
    for stage, track in lists(release)[::3]:
        found = read(release, stage, track, language)
        for line in found.on_list:
            number = line["candidate_no"]
            said = commissions.cards(release, stage, track, number)
            card = dict(view.card_lines(found, said, texts))
            education, years, employer, region = details[number]
            assert card[texts("card.education")].lower() == education.lower()
            assert card[texts("card.experience")] == texts("commission.years", count=years)
            if stage == "national_commission":
                assert card[texts("card.employer_type")].lower() == employer.lower()
                assert card[texts("card.region")].lower() == region.lower()
            else:
                assert texts("card.region") not in card
            of_results: list[Row] = [row for row in said if row["result_stage_code"]]
            assert len(of_results) >= 4
            for row in of_results:
                points, rank = scores[number, row["result_stage_code"]]
                assert (row["score_points"], row["rank"]) == (points, rank)


def test_the_result_that_a_marking_commission_reads_is_for_information(release: Release) -> None:
    for stage, is_information in (("expert_commission", True), ("national_commission", False)):
        found = read(release, stage, "social")
        said = commissions.cards(release, stage, "social", found.on_list[0]["candidate_no"])
        labels = [label for label, _ in view.card_lines(found, said, load_texts("en"))]
        assert labels[1].endswith("(for information)") == is_information
        assert labels[2].endswith("(for information)")


def test_cards_are_turned_one_by_one_and_the_address_follows(
    monkeypatch: pytest.MonkeyPatch, member_releases: Path, release: Release
) -> None:
    numbers = [line["candidate_no"] for line in read(release, "expert_commission", "digital").on_list]
    app = opened(monkeypatch, member_releases, commission_view="cards", card="R25-000000")
    assert app.selectbox(key="card").value == numbers[0]
    assert app.button(key="card_previous").disabled
    app.button(key="card_next").click().run()
    assert app.selectbox(key="card").value == numbers[1]
    assert [element.value for element in app.subheader][-1] == numbers[1]
    assert app.query_params["card"] in (numbers[1], [numbers[1]])
    app.button(key="card_previous").click().run()
    assert app.selectbox(key="card").value == numbers[0]
    app = opened(monkeypatch, member_releases, commission_view="cards", card=numbers[-1])
    assert app.selectbox(key="card").value == numbers[-1]
    assert app.button(key="card_next").disabled
    assert not app.exception


# --- others, and releases that lack it ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_others_choose_the_commission_and_the_track(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str
) -> None:
    query = {
        "shortlist_room": "commissions",
        "commission_stage": "national_commission",
        "commission_track": "agro",
    }
    app = opened(monkeypatch, releases, language, Grant(ENGINEER), **query)
    [(number,)] = asked(
        releases,
        "select candidate_no from reporting.rpt_commission_lists where stage_code = 'national_commission'"
        " and track_code = 'agro' and list_part_code = 'on_list' and display_order = 1",
    )
    assert f"candidate?candidate={number}" in html(app)
    assert app.selectbox(key="commission_track").value == "agro"
    app = opened(
        monkeypatch, releases, language, Grant(ENGINEER), shortlist_room="commissions", commission_track="x"
    )
    assert app.selectbox(key="commission_track").value == "social"
    assert app.selectbox(key="commission_stage").value == "expert_commission"


def test_before_the_list_is_made_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, releases: Path, tmp_path: Path
) -> None:
    tables = {f"reporting.{name}": "false" for name in TABLES}
    folder = folder_with(releases, tmp_path / "releases", MEMBER.audience, tables)
    app = opened(monkeypatch, folder)
    assert [element.value for element in app.info] == [load_texts("en")("commission.not_yet")]


def test_one_person_on_a_list_is_a_list(
    monkeypatch: pytest.MonkeyPatch, releases: Path, tmp_path: Path
) -> None:
    where = f"stage_code = '{MEMBER.stage}' and track_code = '{MEMBER.track}'"
    [(number,)] = asked(
        releases, f"select min(candidate_no) from reporting.rpt_commission_lists where {where}"
    )
    alone = f"{where} and candidate_no = '{number}'"
    tables = dict(zip((f"reporting.{name}" for name in TABLES), (where, alone, alone), strict=True))
    folder = folder_with(releases, tmp_path / "releases", MEMBER.audience, tables)
    app = opened(monkeypatch, folder, commission_view="cards")
    assert app.button(key="card_next").disabled
    assert app.button(key="card_previous").disabled
    assert number in [element.value for element in app.subheader]


def test_a_release_of_an_older_build_is_explained(releases: Path, tmp_path: Path) -> None:
    folder = without(releases, tmp_path / "releases", "reporting.rpt_commission_cards")
    with pytest.raises(warehouse.TablesMissing) as caught:
        view.render_any(visit_of(current_release(folder), "en"))
    assert caught.value.params["tables"] == "reporting.rpt_commission_cards"
