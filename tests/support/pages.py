"""Everything that the dashboards hand to a browser, as text.

Belongs here: running the pages on a folder of releases without a browser, and taking what they sent: texts,
frames, the data of charts, files to download. What a page must show is in tests/unit/dashboards.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from google.protobuf.message import Message
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.state.common import TESTING_KEY
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup
from streamlit.util import calc_hash

APP = Path(__file__).parents[2] / "dashboards" / "app.py"
# Candidates whose pages are opened: the first of each status.
_WHOSE_PAGES = """
select min(candidate_no) as candidate_no from selection.sel_stage_results group by status_code order by all
"""


def texts_of_pages(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str = "en"
) -> Iterator[tuple[str, str]]:
    """What every page sends, each of its parts once: to an engineer, or to whose page it is.

    Everybody of each stage is asked for on the funnel, each list of the shortlists, some candidates.
    """
    from dashboards import warehouse
    from dashboards.access import ENGINEER
    from dashboards.components.candidate_link import PARAM
    from dashboards.pages import PAGES

    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(releases / "access"))
    monkeypatch.setenv("REZERV_CORRECTIONS_DIR", str(releases.parent / "corrections"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    downloads = _keep_downloads(monkeypatch)
    for page in PAGES:
        role = ENGINEER if ENGINEER in page.roles else page.roles[0]
        app = _open(page.name, language, role)
        yield page.name, _text(app, downloads)
        for part, shown in _every_part(app):
            yield f"{page.name}, {part}", _text(shown, downloads)
    yield from _every_choice(_open("funnel", language, ENGINEER), "drill_stage", "drill_track", downloads)
    yield from _every_choice(
        _open("shortlist", language, ENGINEER), "shortlist_stage", "shortlist_track", downloads
    )
    for row in warehouse.current_release().rows(_WHOSE_PAGES):
        app = _open("candidate", language, ENGINEER, **{PARAM: str(row["candidate_no"])})
        yield f"candidate {row['candidate_no']}", _text(app, downloads)


def _open(page: str, language: str, role: str, **address: str) -> AppTest:
    """The app on a page: pages are functions, so the page goes by its hash."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    app._page_hash = calc_hash(page)
    for name, value in {"lang": language, "role": role, **address}.items():
        app.query_params[name] = value
    return app.run()


def _every_part(app: AppTest, seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, AppTest]]:
    """The page after each button of its first row of buttons, and within each part of those of the next."""
    row = next((row for row in app.get("button_group") if row.key not in seen), None)
    for label in list(row.options) if row is not None else ():
        _press(app, str(row.key), label)
        yield label, app
        yield from _every_part(app, seen | {str(row.key)})


def _press(app: AppTest, key: str, label: str) -> None:
    """Press a button by what is written on it: the codes behind the words are the page's own."""
    [group] = [one for one in app.get("button_group") if one.key == key]
    assert isinstance(group, ButtonGroup)
    assert group.root.session_state is not None
    group.root.session_state[TESTING_KEY][group.id] = str
    group.set_value(label).run()


def _every_choice(app: AppTest, first: str, second: str, downloads: list[str]) -> Iterator[tuple[str, str]]:
    """The page for every value of the first choice, the second moving on with it."""
    values = list(_values(app, first))
    for number, value in enumerate(values):
        app.selectbox(key=first).set_value(value).run()
        others = _values(app, second)
        app.selectbox(key=second).set_value(others[number % len(others)]).run()
        yield f"{first} {value}", _text(app, downloads)


def _values(app: AppTest, key: str) -> list[Any]:
    """What may be chosen: the values behind the labels."""
    from dashboards import warehouse
    from dashboards.warehouse import selection

    release = warehouse.current_release()
    if key.endswith("_stage"):
        return [row["stage_code"] for row in selection.stages(release)]
    return list(warehouse.names(release, "tracks", "en"))


def _keep_downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The contents of all CSV files offered for download, from now on; the other formats hold the same."""
    kept: list[str] = []
    original = DeltaGenerator.download_button

    def keeping(self: DeltaGenerator, label: str, data: Any, *others: Any, **options: Any) -> bool:
        if options["file_name"].endswith(".csv"):
            taken = data() if callable(data) else data
            kept.append(taken.decode() if isinstance(taken, bytes) else str(taken))
        return original(self, label, data, *others, **options)

    monkeypatch.setattr(DeltaGenerator, "download_button", keeping)
    return kept


def sent_by(app: AppTest) -> str:
    """Everything that a page sent in its last run, except files to download."""
    return _text(app, [])


def _text(app: AppTest, downloads: list[str]) -> str:
    assert not app.exception and not app.error
    sent = [text for block in (app.main, app.sidebar) for node in block for text in _texts(node)]
    taken, downloads[:] = list(downloads), []
    return "\n".join([*sent, *taken])


def _texts(node: Any) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    if isinstance(proto, Message):
        yield from _texts_of_message(proto)


def _texts_of_message(message: Message) -> Iterator[str]:
    for _, value in message.ListFields():
        for one in _each(value):
            if isinstance(one, Message):
                yield from _texts_of_message(one)
            elif isinstance(one, bytes):
                yield _text_of_table(one)
            elif isinstance(one, str):
                yield one


def _each(value: Any) -> Any:
    """The values of a field: of a map, of a repeated field, or the one of a single field."""
    if hasattr(value, "values"):
        return value.values()
    return value if hasattr(value, "__iter__") and not isinstance(value, str | bytes) else (value,)


def _text_of_table(content: bytes) -> str:
    """A frame as rows of its values, one a line."""
    table = pa.ipc.open_stream(content).read_all()
    return "\n".join(" ".join(str(value) for value in row.values()) for row in table.to_pylist())
