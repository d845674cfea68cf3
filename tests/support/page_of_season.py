"""One page on the small real season, opened without a browser.

Belongs here: running a page in a role and language, with the address that a link has, and a copy of the
season's release to change. What a page must show is in tests/unit/dashboards/views.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from tests.support.fake_release import write_pointer


def _page(name: str, language: str) -> None:
    from importlib import import_module

    from dashboards import warehouse
    from dashboards.components.messages import show_error
    from dashboards.i18n import load_texts
    from tests.support.visits import current_visit

    try:
        import_module(f"dashboards.views.{name}").render(current_visit(language))
    except warehouse.WarehouseError as error:
        show_error(error, load_texts(language))


def open_page(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    releases: Path,
    access: Path,
    language: str = "en",
    **address: str,
) -> AppTest:
    """Open a page; `address`: the parameters of its link. Fails where the page raises."""
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(access))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    app = AppTest.from_function(_page, default_timeout=60, kwargs={"name": name, "language": language})
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def release_file(home: Path) -> Path:
    """The release of a home."""
    pointer = json.loads((home / "releases" / "CURRENT.json").read_text())
    return home / "releases" / Path(pointer["file"]).name


def changed_release(home: Path, folder: Path, *statements: str) -> Path:
    """Copy a home's release into `folder`, run statements on the copy, and return the folder of releases."""
    releases = folder / "releases"
    releases.mkdir()
    file = Path(shutil.copy(release_file(home), releases))
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            connection.execute(statement)
    write_pointer(releases, file)
    return releases


def html(app: AppTest) -> str:
    """All that a page wrote as HTML."""
    return "\n".join(element.proto.body for element in app.get("html"))


def table_cells(app: AppTest, label: str) -> list[list[str]]:
    """The cells of the HTML table with a label, row by row, as text."""
    import re
    from html import escape, unescape

    [body] = re.findall(rf'aria-label="{re.escape(escape(label))}".*?<tbody>(.*?)</tbody>', html(app), re.S)
    return [
        [unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    ]


def figures(app: AppTest) -> list[str]:
    """The headline numbers in order."""
    import re

    return re.findall(r'rz-figure"><span>[^<]*</span><strong>([^<]*)', html(app))
