"""Whether the project's own scripts do already what a fix is asked about. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from workflows.code.languages import Language, language_of
from workflows.code.places import is_command_line, is_for_tests
from workflows.tree import Tree

MOST = 60
"""How many files are read for it."""
_BESIDE = frozenset(
    {
        *("bin", "doc", "docs", "example", "examples", "script", "scripts", "tools", "ci", "build", "tasks"),
        *("bench", "benchmark", "benchmarks", "perf", "website", "site", "demo", "config", ".github"),
    }
)
_BUILDS = re.compile(
    r"(?:[\w.-]+\.config|\.\w+rc|gruntfile|gulpfile|makefile|karma[\w.-]*|setup)", re.IGNORECASE
)


def is_done_in_scripts(
    before: Tree,
    path: str,
    key: tuple[str, str],
    word: str,
    said_in: Callable[[str, Language], Iterable[tuple[str, str]]],
    *,
    in_programs: bool,
) -> bool:
    """Whether the same is done, and not whether the word stands there: a comment does nothing.

    What a program does that people start, such as to end the process, the rest does not do thereby.
    """
    word_in = re.compile(rb"(?<![\w$])" + re.escape(word.encode()) + rb"(?![\w$])")
    looked_at = 0
    for language, other, content in _product(before, path):
        if word_in.search(content) is None:
            continue
        text = content.decode("utf-8", errors="replace")
        if not in_programs and is_command_line(other, text):
            continue
        looked_at += 1
        if looked_at > MOST:
            return False
        if key in said_in(text, language):
            return True
    return False


def is_said_in_scripts(before: Tree, path: str, pattern: str) -> bool:
    said = re.compile(pattern.encode())
    return any(said.search(content) for _, _, content in _product(before, path))


def _product(before: Tree, path: str) -> Iterator[tuple[Language, str, bytes]]:
    """What is not there for tests, and not to build, document and measure the rest."""
    beside = _is_beside(path)
    for other, file in before.files.items():
        language = language_of(other)
        if language is None or not language.is_script or is_for_tests(other) or _is_beside(other) > beside:
            continue
        yield language, other, file.content


def _is_beside(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(_BESIDE & set(pure.parts[:-1])) or _BUILDS.fullmatch(pure.stem) is not None
