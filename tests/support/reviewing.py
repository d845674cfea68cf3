"""Reviewers at work on the page of proctoring: a folder to work in, evidence, the page as somebody sees it.

Belongs here: what several files of tests need of it. What the page must show is in the tests.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.reviews import ReviewBook, Waiting

CLIP = b"a clip"


def _page(identity: str, language: str) -> None:
    from dashboards import warehouse
    from dashboards.access import PROCTORING_REVIEWER, Grant, Person
    from dashboards.access_log import LogUnavailable
    from dashboards.components.messages import show_error, show_log_unavailable
    from dashboards.i18n import load_texts
    from dashboards.views import proctoring
    from dashboards.visit import Visit

    texts, grant = load_texts(language), Grant(PROCTORING_REVIEWER)
    try:
        release = warehouse.current_release()
        proctoring.render(Visit(release, texts, Person(identity, (grant,)), grant))
    except warehouse.WarehouseError as error:
        show_error(error, texts)
    except LogUnavailable:
        show_log_unavailable(texts)


@dataclass(frozen=True)
class ReviewRoom:
    """Releases, evidence, book and log of one test."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def proctoring(self) -> Path:
        return self.folder / "proctoring"

    @property
    def book(self) -> ReviewBook:
        return ReviewBook(self.proctoring / "reviews")

    def query(self, sql: str) -> list[tuple]:
        """Rows of the release, not by the code of the page."""
        with duckdb.connect(str(self.release_file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    @property
    def release_file(self) -> Path:
        return self.folder / "releases" / json.loads(self.pointer.read_text())["file"]

    @property
    def pointer(self) -> Path:
        return self.folder / "releases" / "CURRENT.json"

    def change(self, *statements: str) -> None:
        """Change the copy of the release; it gets another name, as every release has its own."""
        changed = self.release_file.with_name(
            f"changed-{hashlib.sha256(repr(statements).encode()).hexdigest()[:8]}.duckdb"
        )
        shutil.copy(self.release_file, changed)
        with duckdb.connect(str(changed)) as connection:
            for sql in statements:
                connection.execute(sql)
        self.pointer.write_text(json.dumps({"file": changed.name}))

    def item(self, item_id: str) -> dict[str, Any]:
        with duckdb.connect(str(self.release_file), read_only=True) as connection:
            found = connection.execute(
                "select * from reporting.rpt_proctoring_review_items where item_id = ?", [item_id]
            )
            return dict(zip([column[0] for column in found.description], found.fetchone(), strict=True))

    def show(
        self, item_id: str, *, has_frame: bool = True, started: str = "7.25", clip: bytes = CLIP
    ) -> None:
        """Write evidence of an item: a picture of a phone and a clip."""
        own = self.proctoring / "evidence" / self.item(item_id)["sitting_id"]
        own.mkdir(parents=True, exist_ok=True)
        picture = _jpeg()
        (own / f"{item_id}.jpg").write_bytes(picture)
        (own / f"{item_id}.webm").write_bytes(clip)
        item = {
            "signal_id": item_id,
            "found_by": "demo/sha256-abcdef/openvino-1",
            "rule": {"on": 0.4, "off": 0.25, "votes": 2, "window": 5, "minimum_seconds": "3"},
            "frame": {
                "file": f"{item_id}.jpg",
                "sha256": hashlib.sha256(picture).hexdigest(),
                "at_seconds": "8.5",
                "boxes": [{"label": "cell phone"}],
            }
            if has_frame
            else None,
            "clip": {
                "file": f"{item_id}.webm",
                "sha256": hashlib.sha256(clip).hexdigest(),
                "started_seconds": started,
            },
        }
        index = own / "evidence.json"
        others = json.loads(index.read_text())["signals"] if index.is_file() else []
        index.write_text(json.dumps({"rules_version": 1, "signals": [*others, item]}))

    def hand(self, identity: str, item_id: str) -> str:
        """Let somebody hold an item; their code."""
        item, code = self.item(item_id), self.book.reviewer_code(identity)
        is_open, first = item["signal_state_code"] == "open", item["first_reviewer_code"]
        claim = self.book.take(code, [[Waiting(item_id, is_open, first)]])
        assert claim is not None and claim.signal_id == item_id
        return code

    def judged(self, identity: str, item_id: str, verdict: str, reason: str, note: str = "") -> str:
        """Let somebody give a verdict; their code."""
        code = self.hand(identity, item_id)
        self.book.judge(code, item_id, self.item(item_id)["sitting_id"], verdict, reason, note)
        return code

    def open(self, identity: str = "a@example.kz", language: str = "en", **query: str) -> AppTest:
        """The page as somebody sees it who opens it."""
        self.monkeypatch.setenv("REZERV_RELEASES_DIR", str(self.folder / "releases"))
        self.monkeypatch.setenv("REZERV_PROCTORING_DIR", str(self.proctoring))
        self.monkeypatch.setenv("REZERV_ACCESS_DIR", str(self.folder / "access"))
        app = AppTest.from_function(
            _page, default_timeout=60, kwargs={"identity": identity, "language": language}
        )
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    def log(self) -> list[dict[str, Any]]:
        """The lines of the access log."""
        file = self.folder / "access" / "access_log.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []


def _jpeg() -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (32, 24), (90, 90, 90)).save(out, "JPEG")
    return out.getvalue()


def review_room(made: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ReviewRoom:
    """A folder with a copy of the release of the season that is made once."""
    (folder / "releases").mkdir(parents=True)
    pointer = json.loads((made / "releases" / "CURRENT.json").read_text())
    name = Path(pointer["file"]).name
    shutil.copy(made / "releases" / name, folder / "releases" / name)
    (folder / "releases" / "CURRENT.json").write_text(json.dumps({"file": name}))
    return ReviewRoom(folder, monkeypatch)
