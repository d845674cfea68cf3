"""What a person reads on the pages, in each language, against the release file read by SQL."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from dashboards.i18n import LANGUAGES, load_texts
from tests.browser.conftest import Dashboards
from tests.support.fake_release import seed_rows, write_pointer, write_release

TRACK = "social"


def _sql(dashboards: Dashboards, query: str) -> list[tuple[object, ...]]:
    file = dashboards.releases / "2025-r0042.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _seed_names(seed: str, code: str, language: str) -> dict[str, str]:
    rows = sorted(seed_rows(seed), key=lambda row: int(row.get("stage_order") or 0))
    return {row[code]: row[f"name_{language}"][:1].upper() + row[f"name_{language}"][1:] for row in rows}


def _open(page: Page, dashboards: Dashboards, path: str, language: str) -> None:
    joint = "&" if "?" in path else "?"
    page.goto(f"{dashboards.address}/{path}{joint}lang={language}&role=engineer")
    # a busy machine takes its time over the first page
    title = load_texts(language)(f"{path.split('?')[0] or 'funnel'}.title")
    expect(page.locator("h1")).to_have_text(title, timeout=20_000)
    expect(page.locator(".rz-release")).to_be_visible(timeout=20_000)


def _nothing_is_wrong(page: Page) -> None:
    """No traceback, no error box, nothing wider than the window."""
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)
    expect(page.locator('[data-testid="stAlertContentError"]')).to_have_count(0)
    width = page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= 1280, f"the page is {width} px wide"


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=False).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def _figures(page: Page) -> dict[str, str]:
    labels = page.locator(".rz-figure span").all_inner_texts()
    values = page.locator(".rz-figure strong").all_inner_texts()
    return dict(zip(labels, values, strict=True))


def _table(page: Page) -> list[list[str]]:
    """Return the cells of the first table, row by row."""
    rows = page.locator(".rz-table").first.locator("tbody tr")
    found: list[list[str]] = rows.evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_funnel(page: Page, dashboards: Dashboards, screenshots: Path, language: str) -> None:
    texts = load_texts(language)
    _open(page, dashboards, "funnel", language)
    expect(page.locator(".rz-table tbody tr")).to_have_count(63, timeout=20_000)
    expect(page.locator('[data-testid="stVegaLiteChart"]').first).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / f"funnel_{language}.png")
    _nothing_is_wrong(page)
    assert "2025-r0042" in page.locator(".rz-release").inner_text()
    assert texts("header.numbers_only") in page.locator(".rz-release").inner_text()

    rows = _table(page)
    stages = [row for row in rows if re.match(r"\d\. ", row[0])]
    assert [row[0][3:] for row in stages] == list(_seed_names("stages", "stage_code", language).values())
    expected = _sql(
        dashboards,
        "select sum(count_entered), sum(count_participated), sum(limit_places), sum(count_admitted"
        " + count_supernumerary) from reporting.rpt_stage_tracks group by stage_order order by stage_order",
    )
    signs = [row[7][0] for row in stages]
    assert signs == ["✓", "✓", "!", "✓", *"~~~~~"]
    shown = [(row[1], row[2], row[3], row[5]) for row in stages]
    assert shown == [tuple("–" if value is None else str(value) for value in row) for row in expected]

    figures = _figures(page)
    assert figures[texts("headline.registration")] == str(expected[0][0])
    assert figures[texts("headline.text_test")] == str(expected[2][1])
    assert figures[texts("headline.national_commission")] == str(expected[8][3])


@pytest.mark.parametrize("language", LANGUAGES)
def test_shortlist(page: Page, dashboards: Dashboards, screenshots: Path, language: str) -> None:
    texts = load_texts(language)
    stages = _seed_names("stages", "stage_code", language)
    _open(page, dashboards, "shortlist", language)
    _choose(page, texts("filter.stage"), stages["numeric_test"])
    expect(page.get_by_role("combobox", name=texts("filter.stage")).first).to_have_value(
        stages["numeric_test"]
    )
    [(pool, places, points, admitted, over)] = _sql(
        dashboards,
        "select count_pool, limit_places, cutoff_points, count_admitted, count_over_limit"
        f" from reporting.rpt_stage_tracks where stage_code = 'numeric_test' and track_code = '{TRACK}'",
    )
    expect(page.locator(".rz-standing")).to_contain_text(texts("standing.published", version=1))
    line = page.get_by_text(texts("shortlist.cut_line"), exact=False).first
    expect(line).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / f"shortlist_{language}.png")
    page.get_by_role("radio", name=texts("shortlist.view_all")).click()
    expect(page.locator(".rz-table").first.locator("tbody tr")).to_have_count(int(str(pool)) + 1)
    _nothing_is_wrong(page)

    cutoff = str(points) if language == "en" else str(points).replace(".", ",")
    figures = _figures(page)
    assert figures[texts("metric.places")] == str(places)
    assert figures[texts("metric.cutoff")] == cutoff
    assert figures[texts("metric.over_limit")] == str(over)

    rows = _table(page)
    line = next(position for position, row in enumerate(rows) if len(row) == 1)
    assert line == admitted
    assert texts("shortlist.cut_line") in rows[line][0]
    assert cutoff in rows[line][0]
    expected = _sql(
        dashboards,
        f"""
        select candidate_no, s.name_{language}, r.text_{language}, l.paragraph
        from reporting.rpt_shortlists as l
        inner join seeds.statuses as s using (status_code)
        inner join seeds.reason_codes as r using (reason_code)
        where stage_code = 'numeric_test' and track_code = '{TRACK}' and rank is not null
        order by display_order
        """,
    )
    people = [row for row in rows if len(row) > 1]
    assert [row[1] for row in people] == [row[0] for row in expected]
    for shown, (_, status, reason, paragraph) in zip(people, expected, strict=True):
        assert shown[4].startswith(str(status))
        assert (shown[5], shown[6]) == (reason, paragraph)


def _boxes(page: Page) -> dict[tuple[str, str], str]:
    """Return what the board says of each list, by the body's name and the day of the column."""
    found: list[list[list[str]]] = page.locator(".rz-table").first.evaluate(
        """table => [table.tHead, ...table.tBodies].map(part => [...part.rows].map(
            row => [...row.cells].map(cell => cell.innerText.trim())))"""
    )
    (head,), body = found
    days = [heading.split("\n")[0] for heading in head[1:-1]]
    return {
        (row[0].split("\n")[0], day): box
        for row in body[:-1]
        for day, box in zip(days, row[1:-1], strict=True)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_vetting(page: Page, dashboards: Dashboards, screenshots: Path, language: str) -> None:
    texts = load_texts(language)
    _open(page, dashboards, "vetting", language)
    # far down a page whose chart comes last
    expect(page.locator('[data-testid="stVegaLiteChart"]').first).to_be_visible(timeout=20_000)
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / f"vetting_{language}.png")
    _nothing_is_wrong(page)

    [(sent, answered, overdue)] = _sql(
        dashboards,
        "select sum(count_sent), sum(count_answered), sum(count_overdue) from reporting.rpt_vetting_board",
    )
    figures = {label: value.replace("\u00a0", "").replace(",", "") for label, value in _figures(page).items()}
    assert figures[texts("vetting.figure_sent")] == str(sent)
    assert figures[texts("vetting.figure_answered")] == str(answered)
    assert figures[texts("vetting.figure_overdue")] == str(overdue)

    boxes = _boxes(page)
    bodies = {row["body_code"]: row[f"name_{language}"] for row in seed_rows("vetting_bodies")}
    lists = _sql(
        dashboards, "select body_code, sent_on, count_answered, count_sent from reporting.rpt_vetting_board"
    )
    assert len(boxes) == len(lists) == 42
    for body, day, of_list, out_of in lists:
        shown_day = f"{day:%-d %b}" if language == "en" else f"{day:%d.%m}"
        assert boxes[bodies[str(body)], shown_day].startswith(f"{of_list}/{out_of}")

    page.get_by_role("tab", name=texts("vetting.tab_alerts")).click()
    expect(page.locator(".rz-card").first).to_contain_text(texts("vetting.alert_open"))
    for name in ("replies", "documents", "calendar"):
        page.get_by_role("tab", name=texts(f"vetting.tab_{name}")).click()
        page.wait_for_timeout(300)
        page.screenshot(path=screenshots / f"vetting_{language}_{name}.png")
    _nothing_is_wrong(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_publications(page: Page, dashboards: Dashboards, screenshots: Path, language: str) -> None:
    texts = load_texts(language)
    _open(page, dashboards, "publications", language)
    expect(page.locator(".rz-table")).to_have_count(4, timeout=20_000)
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / f"publications_{language}.png")
    _nothing_is_wrong(page)
    expect(page.locator(".rz-forecast")).to_contain_text(texts("standing.warning"))
    rows = _table(page)
    assert [row[0][3:] for row in rows] == list(_seed_names("stages", "stage_code", language).values())
    stands = _sql(
        dashboards,
        "select version, count_drift, is_drift_kept from reporting.rpt_publications order by stage_order",
    )
    for row, (version, count, is_kept) in zip(rows, stands, strict=True):
        state = "provisional" if version is None else "published"
        if count:
            state = "kept" if is_kept else "drift"
        assert row[1].split("\n")[0][2:] == texts(f"standing.{state}", version=version, count=str(count))
    people = page.locator(".rz-table").nth(2)
    for candidate, files in _sql(
        dashboards,
        "select candidate_no, _cause_files from reporting.rpt_drift where stage_code = 'text_test'",
    ):
        shown = people.get_by_role("row").filter(has_text=str(candidate))
        cause = str(files).split(", ")[0] if files else texts("publications.no_file")
        expect(shown).to_contain_text(cause)


@pytest.mark.parametrize("path", ["funnel", "shortlist", "publications"])
def test_lists_are_marked_on_a_narrow_screen(
    page: Page, dashboards: Dashboards, screenshots: Path, path: str
) -> None:
    page.set_viewport_size({"width": 400, "height": 2600})
    _open(page, dashboards, path, "kk")
    expect(page.locator(".rz-list").first).to_be_visible(timeout=20_000)
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / f"{path or 'funnel'}_narrow.png")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 400


def test_vetting_on_a_narrow_screen(page: Page, dashboards: Dashboards, screenshots: Path) -> None:
    page.set_viewport_size({"width": 400, "height": 3600})
    _open(page, dashboards, "vetting", "kk")
    page.wait_for_timeout(800)
    page.screenshot(path=screenshots / "vetting_narrow.png")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 400
    expect(page.locator(".rz-list").first).to_be_visible(timeout=20_000)


def _choose_file(page: Page, name: str, kind: str = "csv") -> None:
    """Open the choice of formats of a list and take one."""
    place = page.locator(f".st-key-files_{name}")
    place.get_by_role("button", name=load_texts("en")("download.button")).click()
    page.locator(f".st-key-download_{name}_{kind}").get_by_role("button").click()


def test_the_board_is_downloaded(page: Page, dashboards: Dashboards) -> None:
    _open(page, dashboards, "vetting", "en")
    with page.expect_download() as waiting:
        _choose_file(page, "vetting_board")
    assert waiting.value.suggested_filename == "vetting_board_2025-r0042.csv"
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if not line.startswith("# ")]
    assert len(lines) == 43
    assert lines[0].startswith("Body,List,Sent on,Due on,Sent,Answered")


def test_the_language_is_switched_and_stays(page: Page, dashboards: Dashboards) -> None:
    _open(page, dashboards, "funnel?filter_tracks=agro", "en")
    page.locator('[data-testid="stSidebar"]').get_by_text("Қазақша").click()
    texts = load_texts("kk")
    expect(page.locator("h1")).to_have_text(texts("funnel.title"))
    expect(page).to_have_url(re.compile(r"filter_tracks=agro"))
    expect(page).to_have_url(re.compile(r"lang=kk"))
    page.locator('[data-testid="stSidebarNav"]').get_by_text(texts("nav.shortlist")).click()
    expect(page.locator("h1")).to_have_text(texts("shortlist.title"))
    expect(page).to_have_url(re.compile(r"/shortlist\?.*lang=kk"))
    page.reload()
    expect(page.locator("h1")).to_have_text(texts("shortlist.title"))


def test_a_filter_narrows_the_funnel(page: Page, dashboards: Dashboards) -> None:
    _open(page, dashboards, "funnel", "ru")
    texts = load_texts("ru")
    page.get_by_role("combobox", name=texts("filter.sex")).click()
    page.get_by_role("option", name="Женский").click()
    page.keyboard.press("Escape")
    [(women,)] = _sql(dashboards, "select count(*) from core.dim_candidates where sex_code = 'female'")
    first = page.locator(".rz-figure strong").first
    expect(first).to_have_text(str(women))
    expect(page.get_by_text(texts("funnel.table_note_filtered"))).to_be_visible()
    _nothing_is_wrong(page)


def test_the_funnel_is_downloaded_with_the_release_in_its_name(page: Page, dashboards: Dashboards) -> None:
    _open(page, dashboards, "funnel", "en")
    with page.expect_download() as waiting:
        _choose_file(page, "funnel_stages")
    assert waiting.value.suggested_filename == "funnel_stages_2025-r0042.csv"
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if not line.startswith("# ")]
    assert len(lines) == 55
    assert lines[0].startswith("No.,Stage code,Stage,Track code,Track,Entered")


def test_before_and_after_the_first_release(
    page: Page, empty_dashboards: Dashboards, screenshots: Path
) -> None:
    page.goto(f"{empty_dashboards.address}/funnel?lang=kk&role=engineer")
    expect(page.get_by_text(load_texts("kk")("error.no_release.title"))).to_be_visible(timeout=20_000)
    expect(page.get_by_text("make demo")).to_be_visible()
    page.screenshot(path=screenshots / "no_release.png")
    _nothing_is_wrong(page)
    write_pointer(
        empty_dashboards.releases,
        write_release(empty_dashboards.releases, "2025-r0001", size=200, published=2),
    )
    page.reload()
    expect(page.locator(".rz-release")).to_contain_text("2025-r0001", timeout=20_000)
    expect(page.locator(".rz-table")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(500)
    page.screenshot(path=screenshots / "early_release.png")
    _nothing_is_wrong(page)
