"""What a file is for, going by where it lies and what it is called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_TEST_FOLDERS = frozenset(
    {"test", "tests", "__tests__", "__mocks__", "__fixtures__", "spec", "specs", "testdata", "fixtures"}
)
_TEST_NAME = re.compile(
    r"(test_.*|.*_test|tests?|conftest)\.pyi?|.*[._-](test|spec)s?\.[cm]?[jt]sx?|tests?\.[cm]?[jt]sx?"
    r"|.*_test\.(go|rs)|tests\.rs|(Test.*|.*Tests?|.*TestCase|.*IT)\.java"
)
_ENTRY_FOLDERS = frozenset({"bin", "cli", "cmd", "scripts", "examples", "tools", "benchmarks"})
_ENTRY_NAMES = frozenset({"__main__", "main", "cli", "manage", "setup", "command", "commands"})


def is_for_tests(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(_TEST_FOLDERS & set(pure.parts[:-1])) or _TEST_NAME.fullmatch(pure.name) is not None


def is_command_line(path: str, text: str) -> bool:
    """Whether a person starts this file, so that it may look at arguments and end the process."""
    pure = PurePosixPath(path)
    named = pure.stem.lower() in _ENTRY_NAMES or bool(_ENTRY_FOLDERS & set(pure.parts[:-1]))
    return named or text.startswith("#!")
