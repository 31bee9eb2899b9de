"""Which blobs the rows of a store refer to, read off the text of the rows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
from pydantic import ValidationError

from bot.blobs import FolderBlobs
from bot.store.long_rows import Reference
from workflows.errors import Gone

# Whatever could be the name of a blob counts: one kept for nothing costs room, one that is missing a run.
_NAMES = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")

_MARK = '{"kind":"blob",'
_CHUNK = 1024**2


def named_in(text: str) -> Iterator[str]:
    return (found[0] for found in _NAMES.finditer(text))


# Where the steps of a workflow keep the name of a blob; elsewhere a digest can be of anything.
_KEYS = {"archive", "baseline", "proof"}
_ANY = msgspec.json.Decoder(Any)


def needed_by(text: str) -> set[str]:
    """What has to be there for this entry to be of use."""
    held = stand_in(text)
    if held is not None:
        return {held}
    try:
        return {name for name in _values(_ANY.decode(text)) if _NAMES.fullmatch(name)}
    except (msgspec.DecodeError, UnicodeEncodeError):
        return set()


def _values(tree: Any) -> Iterator[str]:
    left: list[Any] = [tree]
    while left:
        match left.pop():
            case {"digest": str(only), **others} if not others:
                yield only
            case dict(found):  # pyright: ignore[reportUnknownVariableType]
                each = cast("dict[str, Any]", found)
                yield from (each[key] for key in _KEYS & each.keys() if isinstance(each[key], str))
                left.extend(each.values())
            case list(found):  # pyright: ignore[reportUnknownVariableType]
                left.extend(cast("list[Any]", found))
            case _:
                pass


def stand_in(text: str) -> str | None:
    """The digest of the blob that holds the entry, where the row itself does not."""
    if not text.startswith(_MARK):
        return None
    try:
        digest = Reference.model_validate_json(text).digest
    except ValidationError:
        return None
    return digest if _NAMES.fullmatch(digest) else None


class Folder:
    """The folder of blobs as a whole, where the port only knows one blob at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._blobs = FolderBlobs(path)

    def at(self, digest: str) -> Path:
        return self._blobs.path(digest)

    def size(self, digest: str) -> int | None:
        """None when it is not there."""
        try:
            return self.at(digest).stat().st_size
        except FileNotFoundError:
            return None

    def text(self, digest: str) -> str:
        """An entry that was too long for its row."""
        try:
            return self.at(digest).read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError as error:
            raise Gone(f"blob {digest} is not in {self.path}") from error

    def is_whole(self, digest: str) -> bool:
        with self.at(digest).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest

    def chunks(self, digest: str) -> Iterator[bytes]:
        try:
            file = self.at(digest).open("rb")
        except FileNotFoundError as error:
            raise Gone(f"blob {digest} was removed meanwhile, perhaps by a prune: try again") from error
        with file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def files(self) -> Iterator[Path]:
        """Blobs, and what was left behind by who died while writing one."""
        for shelf in sorted(self.path.glob("[0-9a-f][0-9a-f]")):
            if shelf.is_dir():
                yield from (path for path in sorted(shelf.iterdir()) if _BLOB_FILE.fullmatch(path.name))


# A blob, or one that is being written, or one that prune has taken off its shelf.
_BLOB_FILE = re.compile(r"[0-9a-f]{64}(\.[0-9a-z]+)?")


def whole(text: str, folder: Folder) -> str:
    """What a row says, wherever it is kept; the row itself when that is not there."""
    held = stand_in(text)
    try:
        return text if held is None else folder.text(held)
    except Gone:
        return text


def names_of(text: str, folder: Folder) -> set[str]:
    """All that a row could refer to, and what is in the blob that stands for the row."""
    names = set(named_in(text))
    return names if stand_in(text) is None else names | set(named_in(whole(text, folder)))


def all_needed_by(text: str, folder: Folder) -> set[str]:
    return needed_by(text) if stand_in(text) is None else needed_by(text) | needed_by(whole(text, folder))
