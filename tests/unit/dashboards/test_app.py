from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboards.i18n import LANGUAGES, load_texts
from tests.support.fake_release import write_pointer

APP = Path(__file__).resolve().parents[3] / "dashboards" / "app.py"


def _run(monkeypatch: pytest.MonkeyPatch, folder: Path, page: str = "", **query: str) -> AppTest:
    """The app on a page, else on the first of the role; pages are functions, so the page goes by its hash."""
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    monkeypatch.delenv("REZERV_LANGUAGE", raising=False)
    app = AppTest.from_file(str(APP), default_timeout=30)
    app._page_hash = calc_hash(page) if page else ""
    for name, value in {"role": "engineer", **query}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _shortlist_page(language: str) -> None:
    from dashboards.views import shortlist
    from tests.support.visits import current_visit

    shortlist.render(current_visit(language))


def _shortlist(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str = "en") -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    app = AppTest.from_function(_shortlist_page, default_timeout=30, kwargs={"language": language}).run()
    assert not app.exception
    return app


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_funnel_speaks_the_language_of_the_address(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str
) -> None:
    app = _run(monkeypatch, releases, "funnel", lang=language)
    texts = load_texts(language)
    assert app.title[0].value == texts("funnel.title")
    assert app.radio[0].value == language
    assert [select.label for select in app.multiselect][0] == texts("filter.track")
    assert texts("header.numbers_only") in _html(app)
    assert "2025-r0001" in _html(app)


def test_an_unknown_language_in_the_address_gives_the_default(
    monkeypatch: pytest.MonkeyPatch, releases: Path
) -> None:
    app = _run(monkeypatch, releases, "funnel", lang="de")
    assert app.title[0].value == load_texts("en")("funnel.title")


def test_changing_the_language_keeps_the_filters_and_goes_to_the_address(
    monkeypatch: pytest.MonkeyPatch, releases: Path
) -> None:
    app = _run(monkeypatch, releases, "funnel")
    app.multiselect(key="filter_tracks").set_value(["digital"]).run()
    app.radio[0].set_value("kk").run()
    assert not app.exception
    assert app.title[0].value == load_texts("kk")("funnel.title")
    assert app.multiselect(key="filter_tracks").value == ["digital"]
    assert app.query_params["lang"] in ("kk", ["kk"])


def test_filters_that_nobody_matches_say_so(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    app = _run(monkeypatch, releases, "funnel")
    app.multiselect(key="filter_age_bands").set_value(["over_35"]).run()
    assert not app.exception
    assert [info.value for info in app.info] == [load_texts("en")("empty.filters")]


def test_drill_down_lists_the_people_of_a_status(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    app = _run(monkeypatch, releases, "funnel")
    app.selectbox(key="drill_stage").set_value("text_test").run()
    app.selectbox(key="drill_track").set_value("social").run()
    app.selectbox(key="drill_status").set_value("absent").run()
    assert not app.exception
    frame: Any = app.dataframe[0].value
    assert list(frame["status"]) == ["Absent"]
    app.selectbox(key="drill_stage").set_value("registration").run()
    assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_first_release_the_app_says_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    app = _run(monkeypatch, tmp_path, lang=language)
    assert app.title[0].value == load_texts(language)("error.no_release.title")
    assert "make demo" in app.markdown[0].value
    assert "rezerv release" in app.markdown[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_broken_pointer_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    (tmp_path / "CURRENT.json").write_text("{", encoding="utf-8")
    app = _run(monkeypatch, tmp_path, lang=language)
    assert load_texts(language)("error.pointer_broken.not_json") in app.error[0].value


def test_a_release_without_a_table_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "broken.duckdb"
    duckdb.connect(str(file)).close()
    write_pointer(tmp_path, file)
    app = _run(monkeypatch, tmp_path)
    assert app.title[0].value == load_texts("en")("error.release_unreadable.title")
    assert "broken.duckdb" in app.error[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shortlist_opens_at_the_last_ranked_stage(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str
) -> None:
    app = _shortlist(monkeypatch, releases, language)
    texts = load_texts(language)
    assert app.title[0].value == texts("shortlist.title")
    assert app.selectbox(key="shortlist_stage").value == "expert_commission"
    assert texts("shortlist.cut_line") in _html(app)


def test_every_stage_and_track_has_a_page(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    app = _shortlist(monkeypatch, releases)
    for stage in ("registration", "vetting", "text_test", "numeric_test", "national_commission"):
        app.selectbox(key="shortlist_stage").set_value(stage).run()
        for track in ("digital", "foreign"):
            app.selectbox(key="shortlist_track").set_value(track).run()
            assert not app.exception, (stage, track)
            assert not app.error


def test_a_stage_that_is_not_published_says_so(monkeypatch: pytest.MonkeyPatch, early_releases: Path) -> None:
    app = _shortlist(monkeypatch, early_releases)
    assert app.selectbox(key="shortlist_stage").value == "text_test"
    app.selectbox(key="shortlist_stage").set_value("numeric_test").run()
    assert load_texts("en")("shortlist.unpublished") in [info.value for info in app.info]
    app.selectbox(key="shortlist_stage").set_value("interview").run()
    assert load_texts("en")("empty.list") in [info.value for info in app.info]


def test_searching_a_candidate_number(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    app = _shortlist(monkeypatch, releases)
    app.selectbox(key="shortlist_stage").set_value("text_test").run()
    app.text_input(key="shortlist_search").set_value("nobody").run()
    assert [info.value for info in app.info] == [load_texts("en")("empty.search", text="nobody")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shortlist_says_whether_it_can_still_move(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str
) -> None:
    app = _shortlist(monkeypatch, releases, language)
    texts = load_texts(language)
    provisional = texts("standing.provisional_since", moment="|").split("|")[0]
    assert escape(provisional) in _html(app) and f"~ {texts('standing.provisional')}" in _html(app)
    app.selectbox(key="shortlist_stage").set_value("numeric_test").run()
    assert "A. Chair, working group" in _html(app) and escape(provisional) not in _html(app)
    assert escape(texts("standing.warning")) not in _html(app)
    app.selectbox(key="shortlist_stage").set_value("text_test").run()
    assert "WG-2025-0005" in _html(app) and escape(texts("standing.warning")) in _html(app)
    app.selectbox(key="shortlist_stage").set_value("vetting").run()
    assert "the body repeats what it said" in _html(app)
    assert escape(texts("standing.warning")) not in _html(app)
    assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_funnel_warns_of_drift_and_names_what_is_provisional(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str
) -> None:
    app = _run(monkeypatch, releases, "funnel", lang=language)
    texts = load_texts(language)
    assert escape(texts("standing.warning")) in _html(app)
    beginning = texts("standing.provisional_note", stages="|").split("|")[0]
    assert any(caption.value.startswith(beginning) for caption in app.caption)


@pytest.mark.parametrize(
    "script",
    sorted(
        path.relative_to(APP.parent).as_posix()
        for path in APP.parent.rglob("*.py")
        if path.name not in ("app.py", "serve.py")
    ),
)
def test_any_other_script_run_directly_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, releases: Path, script: str
) -> None:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    app = AppTest.from_file(str(APP.parent / script), default_timeout=30).run()
    assert not app.exception
    assert len(app.main) == 0 and len(app.sidebar) == 0


def test_without_sign_in_and_local_mode_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, releases: Path
) -> None:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    for value in ("", "0"):
        monkeypatch.setenv("REZERV_DASH_LOCAL", value)
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.query_params["role"] = "engineer"
        app.run()
        assert app.title[0].value == load_texts("en")("access.not_configured")
        assert not app.dataframe and "2025-r0001" not in _html(app)


def test_the_local_mode_says_loudly_what_it_is(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    for language in LANGUAGES:
        app = _run(monkeypatch, releases, lang=language)
        assert app.warning[0].value == load_texts(language)("access.local")


def test_a_role_whose_file_is_missing_is_told_so(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    app = _run(monkeypatch, releases, role="analyst")
    assert app.title[0].value == load_texts("en")("error.audience_missing.title")
    assert "2025-r0001" not in _html(app)
