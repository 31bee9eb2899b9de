"""A change to a repository as data: whole files, text only, paths inside the tree."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, field_validator

MAX_PATH = 512


class FileChange(BaseModel):
    """One file as it shall be. There is no mode and no symlink: what cannot be said cannot be smuggled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    content: str | None
    """The whole new text; None deletes the file."""

    @field_validator("path")
    @classmethod
    def _inside_the_tree(cls, path: str) -> str:
        return safe_path(path)


class Patch(BaseModel):
    """A set of file changes, last write wins, in path order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    changes: tuple[FileChange, ...] = ()

    def paths(self) -> tuple[str, ...]:
        return tuple(change.path for change in self.changes)

    def size(self) -> int:
        return sum(len((change.content or "").encode()) for change in self.changes)

    def digest(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def with_change(self, change: FileChange) -> Patch:
        kept = {old.path: old for old in self.changes} | {change.path: change}
        return Patch(changes=tuple(kept[path] for path in sorted(kept)))

    def merged(self, other: Patch) -> Patch:
        merged = self
        for change in other.changes:
            merged = merged.with_change(change)
        return merged


def safe_path(path: str) -> str:
    """The path itself if it names a file inside the tree, in one spelling only; ValueError says why not."""
    if not path or len(path) > MAX_PATH:
        raise ValueError("a path must have 1 to 512 characters")
    if path != unicodedata.normalize("NFC", path) or not path.isprintable() or "\\" in path:
        raise ValueError(f"not a plain path: {path!r}")
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or str(pure) != path or path == ".":
        raise ValueError(f"outside the repository: {path!r}")
    # Some file systems take these for git's own directory: other case, trailing dots, a stream of it.
    if any(part.partition(":")[0].lower().rstrip(". ") in {".git", "git~1"} for part in pure.parts):
        raise ValueError(f"inside git's own directory: {path!r}")
    return path


_STEERING = (
    ".github",
    ".circleci",
    "codeowners",
    "docs/codeowners",
    ".gitlab-ci.yml",
    "jenkinsfile",
    ".travis.yml",
)


def is_workflow_file(path: str) -> bool:
    """Whether a change of this path could change what CI runs, or who owns and reviews what.

    A file in the place of a folder, or below the name of a file, would remove what is there: that counts too.
    """
    lowered = path.lower()
    return any(lowered == known or lowered.startswith(f"{known}/") for known in _STEERING)
