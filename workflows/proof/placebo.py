"""The same project in another dress: a test that answers otherwise has not asked what the code does."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from policies.patch import FileChange, Patch
from workflows.code.languages import Language, language_of
from workflows.proof.dress import redressed
from workflows.proof.hunks import judged, undone
from workflows.tree import File, Tree

MAX_FILES = 2_000
MAX_BYTES = 20 * 1024**2
MAX_FOLDERS = 50
_NOT_OURS = frozenset(
    {
        *(
            "node_modules",
            "vendor",
            "vendored",
            "_vendor",
            "third_party",
            "thirdparty",
            "external",
            "dist",
            "build",
        ),
        *("out", "target", "site-packages", "__pycache__", "generated", "coverage", "venv", ".venv", ".git"),
    }
)
_MADE = re.compile(
    r"\.min\.\w+$|\.bundle\.\w+$|_pb2(_grpc)?\.pyi?$|\.pb\.go$|\.generated\.\w+$|_generated\.\w+$", re.I
)


def reformatted(tree: Tree, is_test: Callable[[str], bool], only: Sequence[str] | None = None) -> Tree:
    """Lines, bytes and hashes of the project's source files differ, and what they mean does not.

    With `only` these files and no others; what cannot be changed with certainty stays as it is.
    """
    files = dict(tree.files)
    left = MAX_BYTES
    for path in _sources(tree, is_test, only):
        file = tree.files[path]
        left -= len(file.content)
        if left < 0:
            break
        files[path] = File(_redressed(path, file.content), file.executable)
    return Tree(files, tree.links)


def formatted_fix(base: Tree, fix: Patch) -> Patch:
    """The same fix, written in other lines."""
    changes: list[FileChange] = []
    for change in fix.changes:
        if change.content is None or change.path in base.links:
            changes.append(change)
            continue
        content = _redressed(change.path, change.content.encode()).decode()
        changes.append(FileChange(path=change.path, content=content))
    return Patch(changes=tuple(changes))


def beside(tree: Tree) -> Tree:
    """With files that nothing reads or imports, for tests that list or count files.

    Their names cannot be known beforehand; a leading `_` or `.` keeps the tools of all languages away.
    """
    name = _name(tree)
    sources = list(_sources(tree, lambda _: False, None))
    suffixes = Counter(PurePosixPath(path).suffix for path in sources)
    suffix = min(suffixes, key=lambda suffix: (-suffixes[suffix], suffix), default=".txt")
    # A compiler of TypeScript takes whatever lies anywhere for its own.
    suffix = ".js" if language_of(f"a{suffix}") in {Language.TYPESCRIPT, Language.TSX} else suffix
    folders = dict.fromkeys(str(PurePosixPath(path).parent) for path in sources)
    added = {f"_{name}/notes.txt": File(b"\n"), f"_{name}/unused{suffix}": File(_unused(suffix))}
    for folder in list(folders)[:MAX_FOLDERS]:
        added[f".{name}" if folder == "." else f"{folder}/.{name}"] = File(b"\n")
    return Tree(
        {**tree.files, **{path: file for path, file in added.items() if not tree.has(path)}}, tree.links
    )


def without_code(base: Tree, fix: Patch, is_test: Callable[[str], bool]) -> Patch:
    """What of the fix is only words: a test that passes with these has not asked what the code does."""
    words = Patch(changes=tuple(change for change in fix.changes if not is_test(change.path)))
    code = [place for change in words.changes for place, is_code in judged(base, change, apart=0) if is_code]
    return undone(base, words, code)


def _sources(tree: Tree, is_test: Callable[[str], bool], only: Sequence[str] | None) -> Iterator[str]:
    """In the order given, or by name."""
    paths = (
        sorted(tree.files) if only is None else [path for path in dict.fromkeys(only) if path in tree.files]
    )
    found = 0
    for path in paths:
        if found == MAX_FILES:
            return
        if language_of(path) is not None and not _is_foreign(path) and not is_test(path):
            found += 1
            yield path


def _is_foreign(path: str) -> bool:
    parts = PurePosixPath(path.lower()).parts
    return not _NOT_OURS.isdisjoint(parts[:-1]) or _MADE.search(parts[-1]) is not None


def _redressed(path: str, content: bytes) -> bytes:
    language = language_of(path)
    if language is None or _is_foreign(path):
        return content
    return redressed(content, language) or content


def _name(tree: Tree) -> str:
    digest = hashlib.sha256()
    for path in sorted(tree.files):
        digest.update(path.encode(errors="surrogateescape") + b"\0")
        digest.update(hashlib.sha256(tree.files[path].content).digest())
    return f"n{digest.hexdigest()[:10]}"


def _unused(suffix: str) -> bytes:
    return b"package unused\n" if suffix == ".go" else b"\n"
