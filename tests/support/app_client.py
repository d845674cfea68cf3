"""A reader of the dashboards without a browser: it speaks Streamlit's protocol over the same socket.

Belongs here: opening a page, choosing in a list, and hearing when the page is whole. What a page must show is
in tests/unit/dashboards and tests/browser.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

#: Seconds after which a page that is not whole counts as an error.
PATIENCE = 120


@dataclass
class Run:
    """What one run of the script sent: how long it took, how much it was, and what went wrong."""

    seconds: float
    count_bytes: int
    errors: list[str]
    title: str


@dataclass
class Session:
    """One reader's connection; choices are kept by the server as for a browser."""

    address: str
    role: str
    language: str = "en"
    pages: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    _socket: ClientConnection | None = None
    _query: str = ""
    _page: str = ""

    async def __aenter__(self) -> Session:
        host = urlsplit(self.address).netloc
        self._socket = await connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            origin=self.address,  # type: ignore[arg-type]
            max_size=None,
            open_timeout=PATIENCE,
            ping_interval=None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._socket is not None
        await self._socket.close()

    async def open(self, page: str = "", **query: str) -> Run:
        """Open a page, by its name, as a link does."""
        self._query = urlencode({"lang": self.language, "role": self.role, **query})
        self._page = self.pages.get(page, "")
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page
        if page and not self._page:
            message.rerun_script.page_name = page
        return await self._run(message)

    async def choose(self, label: str, number: int) -> Run:
        """Choose one of the options of the list of several called `label`."""
        widget, options = self.choices[label]
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page
        state = message.rerun_script.widget_states.widgets.add()
        state.id = widget
        state.string_array_value.data.append(options[number % len(options)])
        return await self._run(message)

    async def _run(self, message: BackMsg) -> Run:
        assert self._socket is not None
        started, size, errors, title = time.perf_counter(), 0, [], ""
        await self._socket.send(message.SerializeToString())
        while True:
            raw = await asyncio.wait_for(self._socket.recv(), PATIENCE)
            assert isinstance(raw, bytes)
            size += len(raw)
            heard = ForwardMsg.FromString(raw)
            kind = heard.WhichOneof("type")
            if kind == "navigation":
                self.pages = {one.url_pathname: one.page_script_hash for one in heard.navigation.app_pages}
            elif kind == "delta":
                title = self._note(heard, errors) or title
            elif kind == "script_finished":
                if heard.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    errors.append("the script did not compile")
                if heard.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                return Run(time.perf_counter() - started, size, errors, title)

    def _note(self, heard: ForwardMsg, errors: list[str]) -> str:
        """Keep the lists that can be chosen from and what went wrong; return a title."""
        element: Any = heard.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            errors.append(element.alert.body)
        elif kind == "multiselect":
            self.choices[element.multiselect.label] = (
                element.multiselect.id,
                list(element.multiselect.options),
            )
        elif kind == "heading" and element.heading.tag == "h1":
            return str(element.heading.body)
        return ""
