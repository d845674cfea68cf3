"""Everything that the dashboards hand to a browser, as text.

Belongs here: running the pages on a folder of releases without a browser, and taking what they sent: texts,
frames, the data of charts, files to download. What a page must show is in tests/unit/dashboards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from google.protobuf.message import Message
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

CORRECTIONS_VIEWS = ("changes", "lists", "ledger", "preview")
QUALITY_VIEWS = ("checks", "door", "quarantine", "feeds", "dictionary")
APP = Path(__file__).parents[2] / "dashboards" / "app.py"


def _shortlist_page(language: str) -> None:
    from dashboards.views import shortlist
    from tests.support.visits import current_visit

    shortlist.render(current_visit(language))


def _vetting_page(language: str) -> None:
    from dashboards.views import vetting
    from tests.support.visits import current_visit

    vetting.render(current_visit(language))


def _page_of(name: str, language: str) -> None:
    from importlib import import_module

    from tests.support.visits import current_visit

    import_module(f"dashboards.views.{name}").render(current_visit(language))


def _corrections_page(language: str) -> None:
    from dashboards.views import corrections
    from tests.support.visits import current_visit

    corrections.render(current_visit(language))


def _quality_page(language: str) -> None:
    from dashboards.views import quality
    from tests.support.visits import current_visit

    quality.render(current_visit(language))


def texts_of_pages(
    monkeypatch: pytest.MonkeyPatch, releases: Path, language: str = "en"
) -> Iterator[tuple[str, str]]:
    """What the pages send: the funnel with everybody of a status, each shortlist, vetting whole."""
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(releases / "access"))
    monkeypatch.setenv("REZERV_CORRECTIONS_DIR", str(releases.parent / "corrections"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    downloads = _keep_downloads(monkeypatch)
    funnel = AppTest.from_file(str(APP), default_timeout=60)
    funnel.query_params["lang"] = language
    funnel.query_params["role"] = "engineer"
    yield "funnel", _text(funnel.run(), downloads)
    yield from _every_choice(funnel, "drill_stage", "drill_track", downloads)
    shortlist = AppTest.from_function(_shortlist_page, default_timeout=60, kwargs={"language": language})
    yield "shortlist", _text(shortlist.run(), downloads)
    yield from _every_choice(shortlist, "shortlist_stage", "shortlist_track", downloads)
    vetting = AppTest.from_function(_vetting_page, default_timeout=60, kwargs={"language": language})
    yield "vetting", _text(vetting.run(), downloads)
    [everybody] = vetting.get("button_group") or [None]
    if everybody is not None:
        yield "vetting, everybody not passed", _text(everybody.set_value("all").run(), downloads)
    for name in ("tests", "marking"):
        measured = AppTest.from_function(
            _page_of, default_timeout=60, kwargs={"name": name, "language": language}
        )
        yield name, _text(measured.run(), downloads)
        for part in import_module(f"dashboards.views.{name}").PARTS:
            for control in measured.get("button_group"):
                yield f"{name}, {part}", _text(control.set_value(part).run(), downloads)
    yield from _every_part(_corrections_page, "corrections_view", CORRECTIONS_VIEWS, language, downloads)
    yield from _every_part(_quality_page, "quality_view", QUALITY_VIEWS, language, downloads)


def _every_part(
    page: Callable[[str], None], key: str, parts: Sequence[str], language: str, downloads: list[str]
) -> Iterator[tuple[str, str]]:
    """A page once for each of its parts, each opened by its address."""
    for part in parts:
        app = AppTest.from_function(page, default_timeout=60, kwargs={"language": language})
        app.query_params[key] = part
        yield f"{key} {part}", _text(app.run(), downloads)


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
