"""What lies in the two folders of a sitting, and taking it away without ever leaving them.

Belongs here: which files are a sitting's, their sizes and hashes, deleting them. Does not belong here: which
sittings are due (`retention.py`).

Nothing outside a folder is touched, whatever a manifest says, and no symbolic link is followed: folders are
opened one by one, each by its name in the one before, and what is a link there is refused.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from proctoring_jobs.output import EVIDENCE
from proctoring_jobs.recordings import Recordings

#: Evidence that a killed run left half written.
HALF_WRITTEN = re.compile(r"\.(?P<sitting>.+)\.[0-9a-f]+\.tmp")


class Kind(StrEnum):
    """What is kept of a sitting, each for its own time."""

    RECORDINGS = "recordings"  #: the manifest and the files that it names
    EVIDENCE = "evidence"  #: pictures and clips of what was found, with their index


@dataclass(frozen=True)
class Holding:
    """What there is of one kind of one sitting: paths below `root`, in the order in which they are deleted.

    `problem` is the text that says why it cannot be deleted by a program.
    """

    sitting_id: str
    kind: Kind
    root: Path
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    size_bytes: int = 0
    problem: str | None = None


class RefusedFileError(Exception):
    """A file that must not be touched; `message_key` is the text that says why."""

    def __init__(self, message_key: str) -> None:
        super().__init__(message_key)
        self.message_key = message_key


def recordings_holdings(root: Path, recordings: Recordings) -> list[Holding]:
    """The recordings of each sitting below `root`: its manifest first, then the files that are there.

    The manifest goes first: a run that came meanwhile would take its recordings for lost. A file that two
    sittings name is neither's alone.
    """
    named = Counter(os.path.normpath(path) for path in recordings.paths.values())
    for manifest in recordings.manifests.values():
        named.update({os.path.normpath(file.path) for file in manifest.files})
    return [
        _recordings_holding(root, sitting_id, path, recordings, named)
        for sitting_id, path in recordings.paths.items()
    ]


def _recordings_holding(
    root: Path, sitting_id: str, path: Path, recordings: Recordings, named: Counter[str]
) -> Holding:
    files: list[str] = []
    size = 0
    try:
        for file in (path, *(one.path for one in recordings.manifests[sitting_id].files)):
            if named[os.path.normpath(file)] > 1:
                raise RefusedFileError("retention_shared")
            place = _place(root, file)
            found = _size(root / place)
            if found is not None and place not in files:
                files.append(place)
                size += found
    except RefusedFileError as error:
        return Holding(sitting_id, Kind.RECORDINGS, root, problem=error.message_key)
    return Holding(sitting_id, Kind.RECORDINGS, root, tuple(files), _folders_of(files), size)


def evidence_holdings(out_dir: Path) -> list[Holding]:
    """The evidence of each sitting in a folder of results, with what killed runs left of it."""
    mode = _mode(out_dir / EVIDENCE)
    if mode is None:
        return []
    if mode != stat.S_IFDIR:
        return [Holding(EVIDENCE, Kind.EVIDENCE, out_dir, problem="retention_link")]
    by_sitting: dict[str, list[str]] = {}
    for path in sorted((out_dir / EVIDENCE).iterdir()):
        left = HALF_WRITTEN.fullmatch(path.name)
        places = by_sitting.setdefault(left["sitting"] if left else path.name, [])
        places.append(f"{EVIDENCE}/{path.name}")
    return [
        _evidence_holding(out_dir, sitting_id, places) for sitting_id, places in sorted(by_sitting.items())
    ]


def _evidence_holding(root: Path, sitting_id: str, places: Sequence[str]) -> Holding:
    files: list[str] = []
    folders: list[str] = []
    size = 0
    try:
        for own in places:
            if _mode(root / own) != stat.S_IFDIR:
                raise RefusedFileError("retention_link")
            for place, is_folder in _below(root, own):
                if is_folder:
                    folders.append(place)
                else:
                    files.append(place)
                    size += _size(root / place) or 0
    except RefusedFileError as error:
        return Holding(sitting_id, Kind.EVIDENCE, root, problem=error.message_key)
    return Holding(sitting_id, Kind.EVIDENCE, root, tuple(files), _deepest_first(folders), size)


def strays(root: Path, recordings: Recordings) -> list[Path]:
    """Files below the recordings folder that no manifest names: nobody will ever delete them."""
    named = {os.path.normpath(path) for path in recordings.paths.values()}
    for manifest in recordings.manifests.values():
        named |= {os.path.normpath(file.path) for file in manifest.files}
    found = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
    return sorted(path for path in found if os.path.normpath(path) not in named)


def fact_of(root: Path, place: str) -> dict[str, str | int]:
    """Path below `root`, size and SHA-256 of a file.

    Raises `RefusedFileError` for what is none, `FileNotFoundError`, and `OSError` of the storage.
    """
    with _parent(root, place) as (folder, name):
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _refused_if_link(error) from error
        with os.fdopen(descriptor, "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise RefusedFileError("retention_link")
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"path": place, "bytes": found.st_size, "sha256": digest}


def remove(root: Path, place: str) -> None:
    """Delete a file, if it is there; raises `RefusedFileError` where a folder on the way is a link."""
    try:
        with _parent(root, place) as (folder, name):
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def remove_folders(root: Path, folders: Iterable[str]) -> None:
    """Delete these folders, deepest first, where they are empty."""
    for place in _deepest_first(folders):
        try:
            with _parent(root, place) as (folder, name):
                os.rmdir(name, dir_fd=folder)
        except OSError:  # not there, or not empty: what is left is looked for afterwards
            continue


def is_there(root: Path, place: str) -> bool:
    """Whether anything has this name, a link too."""
    return os.path.lexists(root / place)


@contextmanager
def _parent(root: Path, place: str) -> Iterator[tuple[int, str]]:
    """The folder of a place, opened step by step below `root`, and the last part of its name."""
    *folders, name = PurePosixPath(place).parts
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in folders:
            try:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise _refused_if_link(error) from error
            os.close(descriptor)
            descriptor = inner
        yield descriptor, name
    finally:
        os.close(descriptor)


def _refused_if_link(error: OSError) -> Exception:
    """What opening a link without following it raises, as a refusal; another error as it is."""
    return RefusedFileError("retention_link") if error.errno in (errno.ELOOP, errno.ENOTDIR) else error


def _place(root: Path, path: Path) -> str:
    """Where below `root` a path is; refused outside it, and where a link is on the way."""
    base, lexical = (Path(os.path.normpath(one.absolute())) for one in (root, path))
    if not lexical.is_relative_to(base) or lexical == base:
        raise RefusedFileError("retention_outside")
    place = lexical.relative_to(base)
    try:
        is_plain = path.resolve() == base.resolve() / place
    except (OSError, RuntimeError):  # links that lead in a circle
        is_plain = False
    if not is_plain:
        raise RefusedFileError("retention_link")
    return place.as_posix()


def _size(path: Path) -> int | None:
    """Bytes of an ordinary file, None where there is nothing; anything else is refused."""
    mode = _mode(path)
    if mode is None:
        return None
    if mode != stat.S_IFREG:
        raise RefusedFileError("retention_link")
    return path.lstat().st_size


def _mode(path: Path) -> int | None:
    """What kind of thing has this name, without following a link; None where there is nothing."""
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _below(root: Path, place: str) -> Iterator[tuple[str, bool]]:
    """(path below `root`, whether it is a folder) of a folder and all in it; links are refused."""
    yield place, True
    for path in sorted((root / place).iterdir()):
        mode, inner = _mode(path), f"{place}/{path.name}"
        if mode == stat.S_IFDIR:
            yield from _below(root, inner)
        elif mode == stat.S_IFREG:
            yield inner, False
        elif mode is not None:
            raise RefusedFileError("retention_link")


def _folders_of(places: Iterable[str]) -> tuple[str, ...]:
    """The folders of files, without the root."""
    return _deepest_first(
        str(parent) for place in places for parent in PurePosixPath(place).parents if parent.parts
    )


def _deepest_first(folders: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(folders), key=lambda place: (-len(PurePosixPath(place).parts), place)))
