"""The folder in which senders' files arrive.

Belongs here: which files stand in it, to which feed each belongs by its name, when it was received, and what
stands there that cannot be taken. What is in the files is not looked at. Layout:
``<landing>/<YYYY-MM-DDTHHMMSS local>/<source>__<entity>[__anything].<ext>``, or a file directly in the
landing folder, which is received when it is landed (docs/rules.md, Time).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingestion import iin, quarantine
from ingestion.batches import PendingFile
from ingestion.clock import folder_stamp_to_utc, utc_now
from ingestion.contracts import feed_names
from ingestion.readers import file_format

_IGNORED_STARTS = (".", "~")
_IGNORED_ENDS = (".part", ".tmp")
# Characters by which a name means a path, a pattern or a stream on some system.
_UNSAFE_CHARACTERS = frozenset('\\/:*?"<>|')
_MAX_NAME_LENGTH = 200
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._()-]+")
_DIGEST_LENGTH = 8


@dataclass(frozen=True)
class FolderProblem:
    """Something in the landing folder that is not taken.

    source_file: its name as it is kept. feed: the feed of its name, empty if it has none. reason_code: one of
    ``quarantine.PLACE_REASONS``. shown_name: its name for a terminal, which is kept nowhere.
    """

    source_file: str
    feed: str
    reason_code: str
    shown_name: str = field(default="", compare=False, repr=False)


def feed_of(name: str) -> str | None:
    """Feed to which a file belongs by its name; None if to none."""
    if file_format(name) is None:
        return None
    parts = name.split(".")[0].split("__")
    feed = "__".join(parts[:2])
    return feed if len(parts) >= 2 and feed in feed_names() else None


def is_ignored(name: str) -> bool:
    """Whether a file is hidden or not finished (``.`` or ``~`` in front, ``.part`` or ``.tmp`` behind)."""
    return name.startswith(_IGNORED_STARTS) or name.lower().endswith(_IGNORED_ENDS)


def is_safe_name(name: str) -> bool:
    """Whether a name can be shown and stored as it is: printable, not too long, no character of paths."""
    return len(name) <= _MAX_NAME_LENGTH and name.isprintable() and not _UNSAFE_CHARACTERS.intersection(name)


def shown(name: str) -> str:
    """A name as a terminal may show it: characters that are not printable as their codes, cut when too long.

    Nothing keeps it: a sender may have put a person's name or number there.
    """
    safe = "".join(mark if mark.isprintable() else f"\\u{ord(mark):04x}" for mark in name)
    return safe if len(safe) <= _MAX_NAME_LENGTH else safe[: _MAX_NAME_LENGTH - 1] + "…"


def kept(name: str) -> str:
    """A file's name as books, logs and reports keep it, which name nobody.

    The name itself if it is a feed's, and the rest of it is plain and holds no IIN. Else the feed, if there
    is one, the begin of a hash, and the format.
    """
    feed, file_type = feed_of(name), file_format(name)
    is_plain = is_safe_name(name) and _PLAIN_NAME.fullmatch(name) is not None
    if feed is not None and is_plain and not iin.holds_iin(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:_DIGEST_LENGTH]
    return f"{feed + '__' if feed else ''}({digest}){'.' + file_type if file_type else ''}"


def _kept_folder(name: str) -> str:
    return name if folder_stamp_to_utc(name) is not None else kept(name)


def source_file(path: Path, landing_dir: Path) -> str:
    """Name of a file in the warehouse: below the landing folder, or the bare name outside it."""
    folder, root = path.parent.resolve(), landing_dir.resolve()
    if not folder.is_relative_to(root):
        return kept(path.name)
    return "/".join((*(_kept_folder(part) for part in folder.relative_to(root).parts), kept(path.name)))


def describe(path: Path, landing_dir: Path) -> PendingFile | None:
    """The file as one to be landed; None if ``refusal`` says why not."""
    if refusal(path, landing_dir) is not None:
        return None
    name = source_file(path, landing_dir)
    folders = name.split("/")[:-1]
    received_at = folder_stamp_to_utc(folders[0]) if folders else None
    return PendingFile(path, feed_of(path.name) or "", received_at, name)


def refusal(path: Path, landing_dir: Path) -> str | None:
    """Why a path cannot be landed (one of ``quarantine.PLACE_REASONS``); None if it can."""
    try:
        return _refusal(path, landing_dir)
    except OSError:
        return quarantine.NO_PERMISSION


def _refusal(path: Path, landing_dir: Path) -> str | None:
    if not is_safe_name(path.name):
        return quarantine.UNSAFE_NAME
    if path.is_symlink():
        return quarantine.SYMBOLIC_LINK
    if not path.is_file():
        return quarantine.NOT_A_FILE
    if not os.access(path, os.R_OK):
        return quarantine.NO_PERMISSION
    if feed_of(path.name) is None:
        return quarantine.UNKNOWN_NAME
    folders = source_file(path, landing_dir).split("/")[:-1]
    if not folders:
        return None
    delivered_at = folder_stamp_to_utc(folders[0])
    if len(folders) > 1 or delivered_at is None:
        return quarantine.WRONG_FOLDER
    return quarantine.FROM_FUTURE if delivered_at > utc_now() else None


def known_files(landing_dir: Path) -> list[PendingFile]:
    """Files of feeds in the landing folder by (moment of receipt, name).

    Those received when landed come last.
    """
    found = [file for path in _entries(landing_dir) if (file := _described(path, landing_dir)) is not None]
    return sorted(found, key=_order)


def problems(landing_dir: Path) -> list[FolderProblem]:
    """What stands in the landing folder and is not taken, by name."""
    found = []
    for path in _entries(landing_dir):
        reason = quarantine.NO_PERMISSION if _is_folder(path) else refusal(path, landing_dir)
        if reason is not None:
            feed = feed_of(path.name) or ""
            name = "/".join(shown(part) for part in path.relative_to(landing_dir).parts)
            found.append(FolderProblem(source_file(path, landing_dir), feed, reason, name))
    return sorted(found, key=lambda problem: problem.shown_name)


def _described(path: Path, landing_dir: Path) -> PendingFile | None:
    return None if _is_folder(path) else describe(path, landing_dir)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink()
    except OSError:
        return False


def _order(file: PendingFile) -> tuple[bool, str, str]:
    received = "" if file.received_at is None else file.received_at.isoformat()
    return file.received_at is None, received, file.source_file


def _entries(folder: Path) -> Iterator[Path]:
    """Everything in a folder and below that is not ignored; a folder itself only if it cannot be read.

    Links are not followed.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError:
        yield folder
        return
    for entry in entries:
        if is_ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):  # told by the listing itself, without entering
            yield from _entries(Path(entry.path))
        else:
            yield Path(entry.path)
