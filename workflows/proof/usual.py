"""Whether the project's own code does already what a fix is asked about. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from workflows.code.languages import Language, language_of
from workflows.code.places import is_for_tests
from workflows.tree import Tree

MOST = 60
"""How many files are read for it."""
_BESIDE = frozenset({"doc", "docs", "example", "examples", "script", "scripts", "tools", "benchmarks", "ci"})
_BUILDS = frozenset({"setup", "noxfile", "tasks", "fabfile", "conf", "versioneer", "release", "build"})


def is_done_in_python(
    before: Tree,
    path: str,
    key: tuple[str, str],
    word: str,
    said_in: Callable[[str], Iterable[tuple[str, str]]],
) -> bool:
    """Whether the same is done, and not whether the word stands there: a comment does nothing."""
    words = b"|".join(re.escape(one.encode()) for one in word.split("|"))
    word_in = re.compile(rb"(?<!\w)(?:" + words + rb")(?!\w)")
    beside = _is_beside(path)
    looked_at = 0
    for other, file in before.files.items():
        if language_of(other) is not Language.PYTHON or is_for_tests(other) or _is_beside(other) > beside:
            continue
        if word_in.search(file.content) is None:
            continue
        looked_at += 1
        if looked_at > MOST:
            return False
        if key in said_in(file.content.decode("utf-8", errors="replace")):
            return True
    return False


def _is_beside(path: str) -> bool:
    """What builds, documents and measures the project is not the product."""
    pure = PurePosixPath(path)
    return bool(_BESIDE & set(pure.parts[:-1])) or pure.stem in _BUILDS
